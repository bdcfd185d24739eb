"""Says what went wrong and where without an error's own text, which may hold numbers and words."""


def origin(problem: BaseException) -> str:
    """The kinds of an error and of its causes, each with file and line."""
    trace = problem.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    cause = f" from {origin(problem.__cause__)}" if problem.__cause__ else ""
    return f"{type(problem).__name__} at {place}{cause}"
