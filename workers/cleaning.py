"""Delete what nobody needs any more: scans and pictures of removed batches, and what lost claims left behind."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from sqlalchemy import select

from service import storage
from service.db.models import Edition, Page, ScanFile
from service.db.session import looking
from service.settings import settings

OLD_S = 3600.0
"""What was kept within the last hour is not looked at: its row may be about to be written."""
_LOG = logging.getLogger(__name__)


def forget_unused(old_s: float = OLD_S) -> int:
    """Delete files that no row names; how many.

    A file is first moved aside and then looked at again: an upload of the same bytes may come between.
    """
    unused = _not_needed(storage.kept_before(time.time() - old_s))
    aside = settings().scans / "forgotten"
    aside.mkdir(parents=True, exist_ok=True)
    for address in unused:
        (storage.path(address)).rename(aside / address)
    count = 0
    for address in _not_needed(file.name for file in aside.iterdir()):
        if (aside / address).stat().st_mtime < time.time() - old_s:
            (aside / address).unlink()
            count += 1
    for file in aside.iterdir():  # needed again meanwhile
        if storage.path(file.name).exists():
            file.unlink()
        else:
            file.rename(storage.path(file.name))
    if count:
        _LOG.info("%s files that nobody needs were deleted", count)
    return count


def _not_needed(addresses: Iterable[str]) -> set[str]:
    """Those that neither a scan file nor a page nor a form names."""
    found = set(addresses)
    if not found:
        return found
    with looking() as session:
        for column in (ScanFile.sha256, Page.pictures, Edition.blank):
            found -= set(session.scalars(select(column).where(column.is_not(None)).execution_options(yield_per=10_000)))
    return found
