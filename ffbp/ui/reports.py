"""What a component on the page reports, each report heard once.

Streamlit may stop the script wherever it reads the state or sends an element, because the browser has already reported
something newer. A report therefore counts as heard only when everything that follows from it is done; if the script was
stopped before, the next run of the page takes it up again.
"""

from collections.abc import Callable

from ffbp.ui.session.state import session


class Reports:
    """The reports of the component ``name`` about the run that is on screen, by event; each is a dict with its ``run``."""

    def __init__(self, name: str, result, run_id: str):
        self.name, self.result, self.run_id = name, result, run_id

    def __getitem__(self, event: str) -> dict:
        """A new report; {} if there is none, or only an old one or one about another run."""
        value = getattr(self.result, event)
        is_new = isinstance(value, dict) and value.get("run") == self.run_id and not self._is_heard(event, value)
        return value if is_new else {}

    def heard(self, *events: str) -> None:
        """What follows from these reports is done. It may have been done twice."""
        for event in events:
            if value := self[event]:
                session.keep(value, self._key(event))

    def once(self, event: str, act: Callable[[dict], None]) -> bool:
        """Carry out a report that changes the experiment, exactly once; returns whether it was new and changed nothing.

        It is noted for which experiment the report was taken up. If there is another one afterwards, it was carried out,
        even if the script was stopped before it could be noted.
        """
        value, begun = getattr(self.result, event), f"{self._key(event)}:begun"
        told, before = session.recall(begun, (None, None))
        if told is not None and told == value and session.config != before:
            if not self._is_heard(event, value):
                session.keep(value, self._key(event))
            return False
        if not (new := self[event]):
            return False
        before = session.config
        session.keep((new, before), begun)
        act(new)
        session.keep(new, self._key(event))
        return session.config == before

    def _is_heard(self, event, value):
        return value == session.recall(self._key(event))

    def _key(self, event):
        return f"{self.name}:{event}"
