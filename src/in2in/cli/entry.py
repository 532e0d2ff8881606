"""What every command does around its task: configuration, free text, one-line errors."""

import functools
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, InstantiationException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from in2in.cli.folders import remove_empty
from in2in.cli.groups import check_arguments, conf_dir
from in2in.cli.help import help_text
from in2in.cli.schema import options
from in2in.errors import InputError, no_room

FREE_TEXT = ("prompt", "individual1", "individual2", "person1", "person2")
"""Keys whose value is what a person types, not hydra's grammar."""

PATH = re.compile(
    r"\w+_(dir|run|from|path|model)|run|out|prompts|samples|texts|files|map|checkpoint|vocab|page|scene|character"
)
"""Keys whose value is a path, or a pattern of paths; with commas, it may be a sweep over several."""

REMOVED = {"annotator=template": "use annotator=openai with a server"}
"""Options that earlier versions took, and what serves now."""


def quote_free_text(argument: str) -> str:
    """Put a text, path or clip id into hydra's quotes, unless hydra already understands it as such or as a list.

    What is added to a part of the configuration, +trainer.max_steps=3, may also replace what is there.
    """
    if re.match(r"\+\w+\.[^=]*=", argument):
        argument = f"+{argument}"  # an option of a part, +trainer.max_steps=3, may have become one that is there
    key, equals, value = argument.partition("=")
    name = key.lstrip("+")
    if name == "clips":  # ids such as 09_001 or 1e5 are no numbers; plain numbers may be counts
        quoted = re.sub(r"[^\[\],'\"\s]+", lambda item: item[0] if item[0].isdecimal() else f"'{item[0]}'", value)
        return argument if any(quote in value for quote in "'\"") else f"{key}={quoted}"
    is_path = PATH.fullmatch(name) is not None
    if not equals or not value or not (is_path or name in FREE_TEXT):
        return argument
    if value[0] in "['\"" or (is_path and "," in value):
        try:
            OverridesParser.create().parse_overrides([argument])
        except HydraException:
            pass
        else:
            return argument
    body = value.replace("${", "\\${").replace("\\'", "\\\\'").replace("'", "\\'")
    if body.endswith("\\"):
        body += "\\"
    return f"{key}='{body}'"


def output_dir() -> Path:
    """The folder of this command's results (hydra made it), as it is called: "${x}" in its name stands for itself."""
    return Path(OmegaConf.to_container(HydraConfig.get().runtime)["output_dir"])  # type: ignore[index,call-overload]


def command(name: str) -> Callable[[Callable[..., Any]], Callable[[], None]]:
    """Turn a task over a composed configuration into a console script.

    Its further parameters are options of the command, see `in2in.cli.schema.options`. What it returns is what a sweeper
    that searches goes by.

    Args:
        name: of the folder in conf/ and the yaml in it; the script is called in2in-NAME.
    """

    def decorate(task: Callable[..., Any]) -> Callable[[], None]:
        started, process = False, os.getpid()

        @functools.wraps(task)
        def job(cfg: DictConfig) -> Any:
            nonlocal started
            started = True
            out = output_dir()
            try:
                return task(cfg, **options(name, task, cfg))
            except Exception as error:
                told = explained(error, out)
                if os.getpid() != process:  # a launcher's: hydra hands the error to the command, after the other jobs
                    raise InputError(told) from None
                sys.exit(f"in2in-{name}: {told}")  # past hydra, which would add lines of its own
            finally:
                remove_empty(out)

        def main() -> None:
            nonlocal started
            started = False
            if {"-h", "--help"} & set(sys.argv[1:]):
                print(help_text(name, sys.argv[1:]))
                return
            for argument in sys.argv[1:]:
                if instead := REMOVED.get(argument.lstrip("+")):
                    sys.exit(f"in2in-{name}: {argument} was removed: {instead}")
            os.environ["HYDRA_FULL_ERROR"] = "1"  # hydra hands its errors on instead of printing them
            quoted = [quote_free_text(argument) for argument in sys.argv[1:]]
            sys.argv[1:] = sorted(quoted, key=lambda own: own not in ("-m", "--multirun"))  # which may be last
            run = hydra.main(version_base="1.3", config_path=str(conf_dir() / name), config_name=name)(job)
            try:
                check_arguments(name, sys.argv[1:])
                with unwinding():
                    run()
            except (InputError, HydraException, OmegaConfBaseException) as error:
                sys.exit(f"in2in-{name}: {one_line(error)}")
            except OSError as error:
                if started:
                    raise
                sys.exit(f"in2in-{name}: out={error.filename} cannot be made ({error.strerror}): choose another folder")
            except KeyboardInterrupt:
                sys.exit(f"in2in-{name}: interrupted")
            except (AssertionError, AttributeError, TypeError, ValueError, RecursionError) as error:
                if started:
                    raise
                why = " ".join(str(error).split()) or "an option without a name or value"  # hydra's own, of odd options
                sys.exit(f"in2in-{name}: the options cannot be read ({why}): write name=value")

        return main

    return decorate


class TerminatedError(BaseException):
    """The process was asked to end (SIGTERM)."""


def _terminate(*_: object) -> None:
    raise TerminatedError


@contextmanager
def unwinding() -> Iterator[None]:
    """SIGTERM ends the process as ever, but what is half-written is removed before."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except TerminatedError:
        leave_sigterm()
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        leave_sigterm()


def leave_sigterm() -> None:
    """From here on SIGTERM does what it did before the command; for libraries that have their own way to end."""
    if signal.getsignal(signal.SIGTERM) is _terminate:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def explained(error: BaseException, out: Path) -> str:
    """One line for an error of the user's, or of a full disk; another is raised again."""
    if not isinstance(error, InputError) and (why := no_room(error)):
        place = getattr(error, "filename", None) or ("a file" if out == Path(".") else out)
        return f"{place} cannot be written ({why}): make room and run the same command again"
    if isinstance(error, InputError | HydraException | OmegaConfBaseException):
        return one_line(error)
    raise error


def one_line(error: BaseException) -> str:
    """What the user did wrong, in the error's own words; an error that is not the user's is raised again."""
    cause = error
    while cause.__cause__ is not None and not isinstance(cause, InputError):
        cause = cause.__cause__
    if isinstance(cause, InputError):
        return str(cause)
    if isinstance(error, InstantiationException):
        key = re.search(r"full_key: (\S+)", str(error))
        words = " ".join(str(cause).split("full_key")[0].split())[:200]
        return (
            f"{key[1] if key else 'an option'} cannot be built ({type(cause).__name__}: {words}): look at its options"
        )
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "; ".join(line for line in lines if not line.startswith(("full_key", "object_type", "reference_type")))
