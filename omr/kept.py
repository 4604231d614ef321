"""What was worked out once about the page of a form: kept, the oldest given up first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from form_layouts.catalogue import Form

T = TypeVar("T")


class Kept(Generic[T]):
    """At most `most` values, one for each page of each form."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[tuple[str, str, int], T] = {}

    def get(self, form: Form, page: int, make: Callable[[Form, int], T]) -> T:
        """The value of a form's page (from 0), made now if it is not there."""
        key = (form.layout.key, form.layout.hash + str(form.blank is None), page)
        if key not in self._values:
            value = make(form, page)
            while len(self._values) >= self._most:
                self._values.pop(next(iter(self._values)), None)
            self._values[key] = value
        return self._values[key]
