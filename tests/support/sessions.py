"""A user's session without a browser: Streamlit's own protocol over a real websocket.

A session sends what the browser sends (rerun with this address, these widgets) and reads messages until the script has
ended. It keeps the cacheable messages as the browser does, so that unchanged data is not sent again to it either.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import waiting
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ffbp.figures.blob import arrays_of, header_of

FINISHED_EARLY = ForwardMsg.ScriptFinishedStatus.Value("FINISHED_EARLY_FOR_RERUN")
MAX_CACHED_RUNS = 2  # script runs that a message is kept for, as in the browser


def run(coroutine):
    """What a coroutine returns, run in a thread: a test of the browser may have left a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


@dataclass
class Answer:
    """The result of one rerun. seconds: until the script ended; picture: until the player had its data."""

    query: str
    seconds: float = 0.0
    picture: float | None = None
    blob: bytes | None = None
    problems: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    buttons: dict[str, str] = field(default_factory=dict)  # their ids by their labels
    n_bytes: int = 0

    def losses(self):
        """The training losses that the player shows, (n_frames,)."""
        header, arrays = header_of(self.blob), arrays_of(self.blob)
        return arrays[header["history"]["train_loss"]["$"]]


class Session:
    """One websocket: `open`, then any number of `rerun`, then `close`."""

    def __init__(self, address: str, page: str = "", headers: dict[str, str] | None = None):
        self.address, self.page, self.headers = address, page, headers
        self.query = ""
        self.cached: dict[str, tuple[ForwardMsg, int]] = {}
        self.n_runs = 0

    async def open(self) -> "Session":
        url = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        self.socket = await websockets.connect(
            url,
            subprotocols=["streamlit"],
            additional_headers=self.headers,
            max_size=None,
            compression=None,
            ping_interval=None,
            open_timeout=waiting.SECONDS,
        )
        return self

    async def close(self) -> None:
        await self.socket.close()

    def drop(self) -> None:
        """Drop the connection without closing it, like a phone in a tunnel."""
        self.socket.transport.abort()

    async def ask(self, query: str = "", widgets=()) -> None:
        """Send a rerun with this address and do not wait for the answer. widgets: WidgetState messages."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = query, self.page
        state.widget_states.widgets.extend(widgets)
        state.cached_message_hashes.extend(self.cached)
        await self.socket.send(message.SerializeToString())

    async def rerun(self, query: str = "", widgets=(), timeout: float = waiting.SECONDS) -> Answer:
        """Rerun and read until the script has ended."""
        started = time.perf_counter()
        await self.ask(query, widgets)
        return await asyncio.wait_for(self.answer(query, started), timeout)

    async def answer(self, query: str, started: float) -> Answer:
        answer = Answer(query)
        while True:
            data = await self.socket.recv()
            answer.n_bytes += len(data)
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "ref_hash":
                message = self.cached[message.ref_hash][0]
                kind = message.WhichOneof("type")
            elif message.metadata.cacheable:
                self.cached[message.hash] = (message, self.n_runs)
            if kind == "delta":
                self._note(message.delta, answer, started)
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "session_event" and message.session_event.WhichOneof("type") == "script_compilation_exception":
                answer.problems.append(str(message.session_event))
            elif kind == "script_finished" and message.script_finished != FINISHED_EARLY:
                answer.seconds = time.perf_counter() - started
                self._forget()
                return answer

    def _note(self, delta, answer, started):
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "bidi_component" and "ffbp_carrier" in element.bidi_component.component_name:
            if header_of(element.bidi_component.bytes)["kind"] == "run":
                answer.picture = time.perf_counter() - started
                answer.blob = element.bidi_component.bytes
        elif kind == "exception":
            answer.problems.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert":
            answer.alerts.append(element.alert.body)
        elif kind == "button":
            answer.buttons[element.button.label] = element.button.id

    def _forget(self):
        self.n_runs += 1
        oldest = self.n_runs - MAX_CACHED_RUNS
        self.cached = {key: value for key, value in self.cached.items() if value[1] >= oldest}
