"""Work beside the screen, in a thread or as a task: a mistake of ours in it is told.

Textual's own ``work`` either ends the app over it, live connections and all, or says nothing at all.
Whoever watches the worker sees that it failed.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual import work
from textual.dom import DOMNode
from textual.worker import Worker

P = ParamSpec("P")
Node = TypeVar("Node", bound=DOMNode)
InThread = Callable[Concatenate[Node, P], None]
AsTask = Callable[Concatenate[Node, P], Coroutine[Any, Any, None]]
Started = Callable[Concatenate[Node, P], Worker[None]]


def in_thread(*, group: str, exclusive: bool = False) -> Callable[[InThread[Node, P]], Started[Node, P]]:
    """Make a method run in a thread of its own.

    Args:
        group: what it belongs to, among the workers of its widget or screen.
        exclusive: the group's earlier ones are cancelled.
    """

    def decorate(method: InThread[Node, P]) -> Started[Node, P]:
        @wraps(method)
        def careful(node: Node, /, *args: P.args, **kwargs: P.kwargs) -> None:
            try:
                method(node, *args, **kwargs)
            except Exception as error:
                tell_mistake(node, error)
                raise

        return work(careful, thread=True, group=group, exclusive=exclusive, exit_on_error=False)

    return decorate


def as_task(*, group: str, exclusive: bool = False) -> Callable[[AsTask[Node, P]], Started[Node, P]]:
    """Make a coroutine method run as a task of its own; the arguments are those of :func:`in_thread`."""

    def decorate(method: AsTask[Node, P]) -> Started[Node, P]:
        @wraps(method)
        async def careful(node: Node, /, *args: P.args, **kwargs: P.kwargs) -> None:
            try:
                await method(node, *args, **kwargs)
            except Exception as error:
                tell_mistake(node, error)
                raise

        return work(careful, group=group, exclusive=exclusive, exit_on_error=False)

    return decorate


def tell_mistake(node: DOMNode, error: Exception) -> None:
    """Say that something of ours went wrong; what is open goes on. From any thread."""
    said = f"wstui made a mistake ({type(error).__name__}: {error}). What is open goes on; please report it."
    node.app.notify(said, severity="error", timeout=30)
