"""Where tests/workers/killing.py kills, and where it has killed."""

from __future__ import annotations

from service.settings import settings

FILE_POINTS = ("file_claimed", "file_walked", "while_storing_pages", "before_sending_pages")
PAGE_POINTS = ("page_claimed", "page_decoded", "page_read", "pictures_kept", "while_storing_reading", "before_assembly")
BATCH_POINTS = ("batch_claimed", "while_storing_submissions")
POINTS = (*FILE_POINTS, *PAGE_POINTS, *BATCH_POINTS)


def killed() -> set[str]:
    """The points at which a worker was killed so far."""
    return {path.name.removeprefix("killed-") for path in settings().data.glob("killed-*")}
