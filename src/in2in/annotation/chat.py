"""Asks a language model behind any server that speaks the OpenAI chat protocol."""

import json
import os
import re
import time
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from in2in.annotation.annotator import RejectedError, Reply, UnreachableError
from in2in.annotation.answer import Answer
from in2in.annotation.journal import Failure
from in2in.annotation.motion import Movement
from in2in.annotation.prompt import PromptTemplate
from in2in.errors import InputError

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletionMessageParam

LARGEST = 1 << 20
"""Bytes of a reply at most: a server that never stops is not read for ever."""

REMEMBERED = 2
"""Rejected answers that a model is shown again."""

_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL)
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


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


class ChatAnnotator:
    """A language model.

    Args:
        base_url: of the server.
        model: name of the model there.
        key_variable: the environment variable that holds the key.
        template: the prompt template's file.
        schema: whether the server is asked to hold the model to the answer's JSON schema.
        temperature, max_tokens: of the model.
        timeout: seconds that a request may take in all.
        attempts: see `Annotator`.
        price: see `Annotator`.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None,
        key_variable: str,
        template: Path | str,
        schema: bool = True,
        temperature: float = 0.0,
        max_tokens: int = 300,
        timeout: float = 120.0,
        attempts: int = 4,
        price: Sequence[float] | None = None,
    ) -> None:
        if not model:
            raise InputError("annotator.model is not given: name a model of the server, annotator.model=NAME")
        if attempts < 1 or timeout <= 0:
            raise InputError(f"annotator.attempts={attempts} must be 1 or more, annotator.timeout={timeout:g} above 0")
        if price is not None and len(price) != 2:
            raise InputError(f"annotator.price={list(price)} must be two numbers: for tokens read, and written")
        self.base_url, self.model, self.key_variable = base_url, model, key_variable
        self.schema, self.temperature, self.max_tokens = schema, temperature, max_tokens
        self.timeout, self.attempts = timeout, attempts
        self.price = None if price is None else (price[0], price[1])
        self.template = PromptTemplate.read(Path(template))
        self.version = f"{model}, prompt {self.template.version}"

    @cached_property
    def client(self) -> "OpenAI":
        """The connection; an error if there is no key."""
        try:
            from openai import OpenAI
        except ImportError as error:
            raise InputError("annotator=openai needs the openai package: pip install 'in2in[annotate]'") from error
        if not (key := os.environ.get(self.key_variable)):
            raise InputError(
                f"no key: set the environment variable {self.key_variable} "
                "(any word will do for a server of your own that asks for none)"
            )
        return OpenAI(api_key=key, base_url=self.base_url, max_retries=0, timeout=self.timeout)

    def show(self, text: str, movement: Movement | None) -> str:
        """See `Annotator`."""
        return f"{self.template.system}\n\n{self.template.question(text, movement)}"

    def ask(self, text: str, movement: Movement | None, rejected: Sequence[Failure] = ()) -> Reply:
        """See `Annotator`."""
        completion = self._complete(self._messages(text, movement, rejected))
        usage = completion.usage or _Usage()
        tokens = (usage.prompt_tokens, usage.completion_tokens)
        raw = (completion.choices[0].message.content if completion.choices else None) or ""
        return Reply(_read(raw, tokens), raw, tokens)

    def close(self) -> None:
        """See `Annotator`."""
        if "client" in self.__dict__:
            self.client.close()

    def _messages(
        self, text: str, movement: Movement | None, rejected: Sequence[Failure]
    ) -> "list[ChatCompletionMessageParam]":
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": self.template.system},
            {"role": "user", "content": self.template.question(text, movement)},
        ]
        for failure in rejected[-REMEMBERED:]:
            messages.append({"role": "assistant", "content": failure.raw[:2000]})
            messages.append({"role": "user", "content": f"That cannot be used: {failure.reason}. Answer again."})
        return messages

    def _complete(self, messages: "list[ChatCompletionMessageParam]") -> _Completion:
        import openai

        options: dict[str, Any] = {}
        if self.schema:
            form = {"name": "descriptions", "strict": True, "schema": Answer.model_json_schema()}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        until = time.monotonic() + self.timeout
        try:
            with self.client.chat.completions.with_streaming_response.create(
                model=self.model,
                messages=messages,
                temperature=self.temperature,
                max_tokens=self.max_tokens,
                **options,
            ) as response:
                body = _body(response.iter_bytes(), until)
        except openai.APITimeoutError as error:
            raise UnreachableError(f"no answer within {self.timeout:g} s") from error
        except openai.APIStatusError as error:
            raise self._refusal(error) from error
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            refused = type(cause).__name__ == "ConnectError"
            raise UnreachableError(f"no connection to {self.base_url} ({cause})", refused=refused) from error
        except OSError as error:
            raise UnreachableError(f"the connection to {self.base_url} broke ({error})") from error
        except Exception as error:
            # While the body is read, errors of the HTTP library come through as they are.
            if type(error).__module__.split(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2"):
                raise UnreachableError(f"the connection to {self.base_url} broke ({error})") from error
            raise
        try:
            return _Completion.model_validate_json(body)
        except ValidationError as error:
            start = body[:60].decode("utf-8", "replace").replace("\n", " ")
            raise UnreachableError(f"{self.base_url} sends no chat completion but {start!r}") from error

    def _refusal(self, error: Any) -> Exception:
        """What a status means: to be tried again, or never."""
        said = _said(error)
        if self.schema and "response_format" in f"{error.body}{said}":
            return InputError(f"{self.base_url} does not take response_format json_schema: add annotator.schema=false")
        if error.status_code in (408, 409, 425, 429) or error.status_code >= 500:
            return UnreachableError(f"HTTP {error.status_code} {said}".strip(), _seconds(error.response.headers))
        if error.status_code in (401, 403):
            return InputError(f"{self.base_url} does not take the key in {self.key_variable}: {said}")
        if error.status_code == 404:
            return InputError(f"{self.base_url} does not know annotator.model={self.model}: {said}")
        return InputError(
            f"{self.base_url} refuses requests to annotator.model={self.model} (HTTP {error.status_code}): {said}"
        )


def _body(chunks: Iterable[bytes], until: float) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST:
            raise UnreachableError(f"the reply is longer than {LARGEST >> 20} MiB")
        if time.monotonic() > until:
            raise UnreachableError("the reply does not end in time")
    return bytes(body)


def _said(error: Any) -> str:
    """A server's own words, on one line."""
    body = error.body if isinstance(error.body, dict) else {}
    message = body.get("message") or (body.get("error") or {} if isinstance(body.get("error"), dict) else {}).get(
        "message", ""
    )
    return " ".join(str(message).split())[:200]


def _seconds(headers: Any) -> float | None:
    """What a server asks to wait; None if it says nothing that is a number."""
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None


def _read(raw: str, tokens: tuple[int, int]) -> Answer:
    """The answer in a model's words, which may stand among others.

    Raises:
        RejectedError: there is none.
    """
    fenced = _FENCED.search(raw)
    found = _OBJECT.search(fenced[1] if fenced else raw)
    if found is None:
        raise RejectedError("it holds no JSON object" if raw else "it is empty", raw, tokens)
    try:
        return Answer.model_validate(json.loads(found[0]))
    except json.JSONDecodeError as error:
        raise RejectedError(f"it is not JSON ({error.msg} at {error.pos})", raw, tokens) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise RejectedError(f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}", raw, tokens) from error
