"""The integrity platform: shared master data, how corrections and lamps stand, what is asked for and stated there.

Shared data are never written: a correction is a request, and a clerk there decides on it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from realname_sync.errors import SettingsError
from realname_sync.platforms.open_api.answer_rows import Page, read_page
from realname_sync.platforms.open_api.cipher import decrypt
from realname_sync.platforms.open_api.client import AsyncResult, OpenApiClient
from realname_sync.platforms.open_api.envelope import Credentials

SHARED_METHODS: Mapping[str, str] = {
    "project": "SharedProject.Query",
    "corp": "SharedCorp.Query",
    "participant": "SharedParticipant.Query",
    "person": "SharedPerson.Query",
    "registration": "SharedRegistration.Query",
    "key_post": "SharedKeyPost.Query",
}


class IntegrityPlatform:
    """Calls through a client with the city's pair; `updated_since` is an aware instant, included, cut to the second."""

    def __init__(self, client: OpenApiClient, credentials: Credentials) -> None:
        self.client = client
        self._credentials = credentials

    def shared_pages(self, object_name: str, area_code: str, updated_since: datetime | None = None) -> Iterator[Page]:
        """The pages of one shared object of a city or county, in the order (updatedAt, sourceId).

        Rows change while pages are being read: read an overlap and keep the highest sourceVersion.

        Raises:
            SettingsError: there is no such shared object.
            Whatever `OpenApiClient.pages` raises.
        """
        if object_name not in SHARED_METHODS:
            raise SettingsError(f"{object_name!r} is no shared object; the ones there are: {', '.join(SHARED_METHODS)}")
        query = _query(areaCode=area_code, updatedSince=updated_since)
        return self.client.pages(SHARED_METHODS[object_name], query, self._credentials)

    def shared_page(self, object_name: str, area_code: str, updated_since: datetime | None, index: int) -> Page:
        """One page of a shared object; for readers that go on from the last row's updatedAt instead of by page number.

        Raises:
            MalformedAnswerError: the answer is no page.
            Whatever `OpenApiClient.read` raises.
        """
        query = _query(
            areaCode=area_code, updatedSince=updated_since, pageIndex=index, pageSize=self.client.profile.page_size
        )
        method = SHARED_METHODS[object_name]
        data = self.client.read(method, query, self._credentials)
        secret = self._credentials.secret
        return read_page(self.client.standard.method(method), index, data, partial(decrypt, secret=secret))

    def ask_for_correction(self, data_text: str) -> str:
        """Send a Correction.Add whose text is ready, and return its serial code; see `OpenApiClient.write`."""
        return self.client.write("Correction.Add", data_text, self._credentials)

    def correction(self, ticket_no: str) -> Iterator[Page]:
        """How one correction stands."""
        return self.client.pages("Correction.Query", {"ticketNo": ticket_no}, self._credentials)

    def corrections(self, updated_since: datetime) -> Iterator[Page]:
        """The corrections whose state has changed since."""
        return self.client.pages("Correction.Query", _query(updatedSince=updated_since), self._credentials)

    def lamps(self, area_code: str, updated_since: datetime | None = None) -> Iterator[Page]:
        """The lamps of a city or county, lit and put out."""
        query = _query(areaCode=area_code, updatedSince=updated_since)
        return self.client.pages("WarningLamp.Query", query, self._credentials)

    def rectify(self, data_text: str) -> str:
        """State what was done after a lamp, in a text that is ready; the serial code, or what `client.write` raises."""
        return self.client.write("Rectification.Add", data_text, self._credentials)

    def result(self, serial_code: str) -> AsyncResult:
        """How a write stands; see `OpenApiClient.result` for the errors."""
        return self.client.result(serial_code, self._credentials)


def _query(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
