"""What a stack of this system may be called."""

import re

_LENGTH = 29  # SageMaker's names have 63 characters: the stack's, a run of 24 at most, and the kind of job


class StackNameError(ValueError):
    """The stack's name does not fit; the deployment ends here rather than in the first retraining run."""


def check_stack_name(stack_id: str) -> None:
    """Refuse a stack whose resources SageMaker would name otherwise than the template does.

    SageMaker writes ARNs in lower case, and policies compare them exactly.

    Raises
    ------
    StackNameError
        If the name is too long, or has upper-case letters.

    Examples
    --------
    >>> check_stack_name("arn:aws:cloudformation:us-east-1:123456789012:stack/fraudstream-staging/5f1b")
    """
    name = stack_id.partition(":stack/")[2].partition("/")[0]
    if len(name) > _LENGTH or not re.fullmatch(r"[a-z](-?[a-z0-9])*", name):
        raise StackNameError(
            f"the stack is called {name!r}; it needs a name of at most {_LENGTH} lower-case letters, digits and "
            "single hyphens, because the names of SageMaker's resources begin with it"
        )
