"""The ways in which a message reaches a person: always the log, and whichever of DingTalk and mail is configured.

`dingding_default`: password = the robot's token, host = another address than DingTalk's; where the robot asks for a
keyword, it is 实名制. `smtp_default`: as the provider describes it, with `from_email`, and `alert_to` in its extra.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

if TYPE_CHECKING:
    from airflow.providers.dingding.hooks.dingding import DingdingHook

log = logging.getLogger(__name__)

DINGTALK = "dingding_default"
MAIL = "smtp_default"
KEYWORD = "实名制"
_SECONDS = 15
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.disabled = True


@dataclass(frozen=True)
class Message:
    """What a person is told: one line, and the text below it. Nothing in it is personal."""

    subject: str
    text: str


class ChannelError(Exception):
    """A channel did not take a message; the words say why, without addresses and tokens."""


Channel = Callable[[Message], None]


def to_log(message: Message) -> None:
    """Write it where everything else is written."""
    log.warning("%s\n%s", message.subject, message.text)


def to_dingtalk(message: Message) -> None:
    """Send it by DingTalk's robot.

    Raises:
        ChannelError: DingTalk did not take it.
    """
    hook = _robot(message)
    try:
        hook.send()
    except Exception as failure:
        # The address holds the token, and the failure's own words hold the address.
        raise ChannelError(f"{type(failure).__name__}; see the connection {DINGTALK}") from None


def _robot(message: Message) -> "DingdingHook":
    from airflow.providers.dingding.hooks.dingding import DingdingHook

    class Robot(DingdingHook):
        """The provider's robot, that waits no longer than it is worth and does not log its address."""

        log: Any = _SILENT

    text = {"title": message.subject, "text": f"### {message.subject}\n\n" + "\n\n".join(message.text.splitlines())}
    hook = Robot(dingding_conn_id=DINGTALK, message_type="markdown", message=text, at_all=True)
    hook.merged_extra = {"timeout": _SECONDS}
    return hook


def to_mail(message: Message) -> None:
    """Send it by mail to `alert_to` of the connection's extra.

    Raises:
        ChannelError: nobody is named there, or the server did not take it.
    """
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        with SmtpHook(smtp_conn_id=MAIL) as hook:
            to = hook.conn.extra_dejson.get("alert_to")
            if not to:
                raise ChannelError(f"the extra of the connection {MAIL} has no alert_to")
            hook.send_email_smtp(to=to, subject=message.subject, html_content=_page(message))
    except ChannelError:
        raise
    except Exception as failure:
        raise ChannelError(f"{type(failure).__name__}; see the connection {MAIL}") from None


def _page(message: Message) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in (message.subject, *message.text.splitlines()) if line)


def configured() -> Mapping[str, Channel]:
    """The channels to the outside whose connections there are, by name."""
    return {name: send for name, send in ((DINGTALK, to_dingtalk), (MAIL, to_mail)) if _connection_is_there(name)}


def _connection_is_there(name: str) -> bool:
    try:
        found: Any = Connection.get(name)
    except AirflowNotFoundException:
        return False
    return found is not None


def tell(message: Message, channels: Mapping[str, Channel] | None = None) -> list[str]:
    """Log it and send it by each channel; one that fails keeps the others from nothing.

    Returns:
        The names of the channels that took it.
    """
    to_log(message)
    took: list[str] = []
    for name, send in (configured() if channels is None else channels).items():
        try:
            send(message)
        except Exception as failure:
            words = str(failure) if isinstance(failure, ChannelError) else type(failure).__name__
            log.error("%s did not take the message %r: %s", name, message.subject, words)
        else:
            took.append(name)
            log.info("%s took the message %r", name, message.subject)
    return took
