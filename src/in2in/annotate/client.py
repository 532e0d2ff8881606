"""Asks a language model behind any server that speaks the OpenAI chat protocol."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from in2in.annotate.answer import Answer
from in2in.errors import InputError

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI
    from tenacity import RetryCallState

LARGEST = 1 << 20
"""Bytes of a reply at most: a server that never stops is not read for ever."""

NO_PACKAGES = "annotator=openai needs the packages openai and tenacity: pip install 'in2in[annotate]'"


class ServerError(Exception):
    """The server was too busy, failed, or did not answer in time: the same request may succeed later.

    Args:
        reason: what happened, in words.
        wait: seconds that the server asks to wait.
    """

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Patience:
    """How long to try where a server is busy or failing.

    Attributes:
        retries: requests for a text that may fail.
        backoff: seconds before the second request at most; doubled for each one after.
        longest: seconds between requests at most.
    """

    retries: int = 8
    backoff: float = 1.0
    longest: float = 60.0

    def __post_init__(self) -> None:
        if self.retries < 1 or self.backoff < 0 or self.longest < 0:
            raise InputError(
                f"patience.retries={self.retries} must be 1 or more, "
                f"backoff={self.backoff:g} and longest={self.longest:g} 0 or more"
            )

    def wait(self, state: "RetryCallState") -> float:
        """Seconds before the next request: drawn, and at least what the server asks for, within the longest."""
        from tenacity import wait_random_exponential

        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, ServerError) else 0.0
        return min(self.longest, max(asked, wait_random_exponential(self.backoff, self.longest)(state)))


@dataclass(frozen=True)
class Reply:
    """What a model wrote; tokens: how many it read and wrote."""

    words: str
    tokens: tuple[int, int]


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """What is read of a chat completion."""

    choices: list[_Choice]
    usage: _Usage | None = None


class ChatClient:
    """A language model and its server. Requests are made within `async with client.connected():`.

    Args:
        base_url: of the server.
        model: name of the model there.
        key_variable: the environment variable that holds the key; the key itself is shown and written nowhere.
        schema: whether the server is asked to hold the model to the answer's JSON schema.
        temperature: of the model.
        max_tokens: of the model.
        timeout: seconds that a request may take in all.
        patience: with a server that fails.

    Attributes:
        replies: how often the server was of use.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None,
        key_variable: str,
        schema: bool,
        temperature: float,
        max_tokens: int,
        timeout: float,
        patience: Patience,
    ) -> None:
        if not model:
            raise InputError("annotator.model is not given: name a model of the server, annotator.model=NAME")
        address = urlsplit(base_url or "")
        if address.scheme not in ("http", "https") or not address.hostname or address.username is not None:
            raise InputError(
                "annotator.base_url must be an address such as http://127.0.0.1:8000/v1, without a name or password"
            )
        if timeout <= 0 or max_tokens < 1:
            raise InputError(f"annotator.timeout={timeout:g} must be above 0, annotator.max_tokens={max_tokens} too")
        if not re.fullmatch(r"[A-Za-z_]\w*", key_variable):
            raise InputError("annotator.key_variable is the name of an environment variable, not the key itself")
        self.base_url, self.model, self.key_variable = base_url, model, key_variable
        self.schema, self.temperature, self.max_tokens = schema, temperature, max_tokens
        self.timeout, self.patience = timeout, patience
        self.replies = 0
        self._key = ""
        self._openai: AsyncOpenAI | None = None

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Hold connections to the server.

        Raises:
            InputError: there is no key, or no openai package.
        """
        try:
            import tenacity  # noqa: F401
            from openai import AsyncOpenAI
        except ImportError as error:
            raise InputError(NO_PACKAGES) from error
        self._key = os.environ.get(self.key_variable, "").strip()
        variable = self.key_variable if self.key_variable.isupper() else "that annotator.key_variable names"
        if not self._key:
            raise InputError(
                f"no key: set the environment variable {variable} "
                "(any word will do for a server of your own that asks for none)"
            )
        if not (self._key.isascii() and self._key.isprintable()):
            raise InputError(f"the key in the environment variable {variable} holds signs that no key has: set it anew")
        options = {"base_url": self.base_url, "max_retries": 0, "timeout": self.timeout}
        async with AsyncOpenAI(api_key=self._key, **options) as self._openai:
            yield

    async def complete(self, messages: Sequence[Mapping[str, str]]) -> Reply:
        """What the model writes next in a conversation, asked for again while the server fails, in patience.

        Raises:
            ServerError: it failed each time.
            InputError: it would always fail: no server at that address, a refused key, an unknown model.
        """
        from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt

        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.patience.retries),
            wait=self.patience.wait,
            retry=retry_if_exception_type(ServerError),
            reraise=True,
        )
        body = await retrying(self._request, messages)
        self.replies += 1
        usage = body.usage or _Usage()
        words = (body.choices[0].message.content if body.choices else None) or ""
        return Reply(words, (usage.prompt_tokens, usage.completion_tokens))

    async def _request(self, messages: Sequence[Mapping[str, str]]) -> _Completion:
        import openai

        try:
            async with asyncio.timeout(self.timeout):
                body = await self._body(messages)
        except (TimeoutError, openai.APITimeoutError) as error:
            raise ServerError(f"no answer within {self.timeout:g} s") from error
        except openai.APIStatusError as error:
            raise self._refusal(error) from error
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            if type(cause).__name__ == "ConnectError" and not self.replies:
                raise InputError(
                    f"no connection to {self.base_url} ({self._quoted(cause)}): "
                    "is the server running, and is its address right?"
                ) from error
            raise ServerError(f"no connection to {self.base_url} ({self._quoted(cause)})") from error
        except Exception as error:
            # While the body is read, errors of the HTTP library (httpx or httpx2) come through as they are.
            if isinstance(error, OSError) or type(error).__module__.startswith(("httpx", "httpcore")):
                raise ServerError(f"the connection to {self.base_url} broke ({self._quoted(error)})") from error
            raise
        try:
            return _Completion.model_validate_json(body)
        except ValidationError as error:
            start = self._quoted(body[:60].decode("utf-8", "replace"))
            raise ServerError(f"{self.base_url} sends no chat completion but {start!r}") from error

    async def _body(self, messages: Sequence[Mapping[str, str]]) -> bytes:
        assert self._openai is not None, "requests are made within connected()"
        options: dict[str, Any] = {}
        if self.schema:
            form = {"name": "descriptions", "strict": True, "schema": Answer.model_json_schema()}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        body = bytearray()
        async with self._openai.chat.completions.with_streaming_response.create(
            model=self.model,
            messages=messages,  # type: ignore[arg-type]
            temperature=self.temperature,
            max_tokens=self.max_tokens,
            **options,
        ) as response:
            async for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise ServerError(f"the reply is longer than {LARGEST >> 20} MiB")
        return bytes(body)

    def _refusal(self, error: "APIStatusError") -> Exception:
        """What a status means: to be tried again, or never."""
        message = self._quoted(_message(error.body))
        if self.schema and "response_format" in f"{error.body}{message}":
            return InputError(f"{self.base_url} does not take response_format json_schema: add annotator.schema=false")
        if error.status_code in (408, 409, 425, 429) or error.status_code >= 500:
            return ServerError(f"HTTP {error.status_code} {message}".strip(), _seconds(error.response.headers))
        if error.status_code in (401, 403):
            return InputError(f"{self.base_url} does not take the key in {self.key_variable}: {message}")
        if error.status_code == 404:
            return InputError(f"{self.base_url} does not know annotator.model={self.model}: {message}")
        return InputError(
            f"{self.base_url} refuses requests to annotator.model={self.model} (HTTP {error.status_code}): {message}"
        )

    def _quoted(self, words: object) -> str:
        """The words of a server or a library, on one line, not too long and without the key."""
        line = " ".join(str(words).replace(self._key, "***").split())[:200]
        return "".join(sign if sign.isprintable() else "?" for sign in line)


def _message(body: object) -> str:
    """What the body of an error says."""
    if isinstance(body, dict):
        inner = body.get("error")
        return str(body.get("message") or (inner.get("message") if isinstance(inner, dict) else "") or "")
    return ""


def _seconds(headers: Mapping[str, str]) -> float:
    """What a server asks to wait; 0 if it says nothing that is a number of seconds."""
    try:
        asked = float(headers.get("retry-after", ""))
    except ValueError:
        return 0.0
    return asked if asked > 0 else 0.0  # nan too
