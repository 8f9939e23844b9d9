"""What a person sees while the demo runs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.markup import escape


class Screen:
    """Prints each step with the time it took; times count from when this was made."""

    def __init__(self, console: Console | None = None) -> None:
        """Write to that console, else to standard output."""
        self._console = console or Console()
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._started

    @contextmanager
    def step(self, text: str) -> Iterator[list[str]]:
        """Show that a step is running, and when it has ended print it with what the block put into the list."""
        began = time.monotonic()
        detail: list[str] = []
        with self._console.status(f"{text} …"):
            yield detail
        took = time.monotonic() - began
        self.note(f"[green]✓[/] {self.seconds:6.1f} s  {text} [dim]({took:.1f} s)[/] {' '.join(detail)}")

    def failed(self, sentence: str) -> None:
        """Print what went wrong."""
        self.note(f"[red]✗[/] {escape(sentence)}")

    def note(self, content: RenderableType) -> None:
        """Print something."""
        self._console.print(content, soft_wrap=isinstance(content, str), highlight=False)
