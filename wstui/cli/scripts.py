"""Scripts of profiles, and the values that are given for their variables."""

from wstui.cli.status import Failure
from wstui.engine.steps import Step, StepError, parse_steps
from wstui.engine.variables import is_variable_name
from wstui.profiles import Script
from wstui.targets import Destination


def script_steps(where: Destination, name: str | None) -> list[Step]:
    """The steps of a profile's script.

    Args:
        where: the profile.
        name: of the script; None: the only one that there is.

    Raises:
        Failure: there is none of that name, several without one, or a step cannot be read.
    """
    script = _script(where, name)
    try:
        return parse_steps(script.steps)
    except StepError as error:
        raise Failure(f"The script “{script.name}” of the profile {where.name}: {error}") from error


def variables(texts: tuple[str, ...]) -> dict[str, str]:
    """``NAME=VALUE`` of the command line.

    Raises:
        Failure: something is written otherwise.
    """
    pairs = (name_and_value(text, "--set") for text in texts)
    return {variable_name(name, "--set"): value for name, value in pairs}


def name_and_value(text: str, option: str) -> tuple[str, str]:
    """The two halves of ``NAME=VALUE``.

    Raises:
        Failure: there is no ``=``, or nothing before it.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Failure(f"{option} {text}: expected NAME=VALUE.")
    return name.strip(), value


def variable_name(name: str, option: str) -> str:
    """The name, checked.

    Raises:
        Failure: ``{{name}}`` would be no placeholder.
    """
    if not is_variable_name(name):
        raise Failure(
            f"{option} {name}: a name is made of letters, digits, _ and -, and begins with a letter."
        )
    return name


def _script(where: Destination, name: str | None) -> Script:
    scripts = where.profile.script
    if not scripts:
        raise Failure(f"{where.name or 'This'} has no script: a profile's scripts are its [[script]] tables.")
    names = ", ".join(script.name for script in scripts)
    if name is None:
        if len(scripts) > 1:
            raise Failure(f"The profile {where.name} has several scripts: {names}; choose one with --script.")
        return scripts[0]
    found = where.profile.saved_script(name)
    if found is None:
        raise Failure(f"The profile {where.name} has no script “{name}”; there is: {names}.")
    return found
