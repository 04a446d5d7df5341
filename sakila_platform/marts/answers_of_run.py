"""Answers of the run that goes on, so that what a warehouse was asked is not asked again for a comparison.

Only of this process: a run whose steps are in processes of their own asks again.
"""

from __future__ import annotations

from sakila_platform.marts.questions import Answer, Question

_kept: dict[str, dict[str, Answer]] = {}


def keep_answer(run_id: str, question: Question, answer: Answer) -> None:
    """Keep an answer as long as its run is the newest one."""
    if run_id not in _kept:
        _kept.clear()
    _kept.setdefault(run_id, {})[question.where] = answer


def kept_answer(run_id: str, question: Question) -> Answer | None:
    """The run's answer to a question, if it was asked in it."""
    return _kept.get(run_id, {}).get(question.where)
