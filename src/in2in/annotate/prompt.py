"""The prompt template: a text file with a version, a system part and a user part."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from in2in.annotate.journal import Rejection
from in2in.errors import InputError

_PARTS = re.compile(r"version: (\S+)\n--- system\n(.+)\n--- user\n(.+)", re.DOTALL)

NO_MOTION = "unknown. Person 1 is the one whom the text names first."

REMEMBERED = 2
"""Rejected answers that a model is shown again."""


@dataclass(frozen=True)
class PromptTemplate:
    """What a model is told.

    Attributes:
        version: the file's own, and a digest of all of it: a changed template is another version.
        system: the rules.
        user: the question, with {text} and {motion}.
    """

    version: str
    system: str
    user: str

    @classmethod
    def read(cls, path: Path) -> "PromptTemplate":
        """Read a template file."""
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"annotator.template={path} cannot be read ({error}): give a prompt template") from error
        parts = _PARTS.fullmatch(text)
        if parts is None or "{text}" not in parts[3] or "{motion}" not in parts[3]:
            raise InputError(
                f"annotator.template={path} needs a line 'version: ..', a part '--- system' and a part '--- user' "
                "with {text} and {motion}"
            )
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        return cls(f"{parts[1]}-{digest}", parts[2].strip(), parts[3].strip())

    def messages(self, text: str, facts: str, rejected: Sequence[Rejection] = ()) -> list[dict[str, str]]:
        """The conversation in which a text is asked about.

        Args:
            text: the interaction text.
            facts: on the motion of the clip's two people; "" where there is none.
            rejected: earlier answers to the same text, and what was wrong with them.
        """
        filled = {"{text}": text, "{motion}": facts or NO_MOTION}
        question = re.sub(r"\{text\}|\{motion\}", lambda slot: filled[slot[0]], self.user)
        messages = [{"role": "system", "content": self.system}, {"role": "user", "content": question}]
        for rejection in rejected[-REMEMBERED:]:
            messages.append({"role": "assistant", "content": rejection.answer})
            messages.append({"role": "user", "content": f"That cannot be used: {rejection.reason}. Answer again."})
        return messages
