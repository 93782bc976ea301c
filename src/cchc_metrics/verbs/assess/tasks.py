"""Tasks: four states, and two rates that are not the same: how many are done, and how many were done in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cchc_metrics.plan import Plan, Task
from cchc_metrics.values import Text
from cchc_metrics.verbs.assess.model import Assessment, TaskState, Verdict

_VERDICT_OF = {
    TaskState.DONE_ON_TIME: Verdict.MET,
    TaskState.DONE_LATE: Verdict.NOT_MET,
    TaskState.IN_PROGRESS: Verdict.NOT_DUE,
    TaskState.OVERDUE: Verdict.NOT_MET,
}


@dataclass(frozen=True, slots=True)
class TaskRates:
    """How many of a plan's tasks stand where on a day; excused tasks are in no count but their own.

    Args:
        done_on_time, done_late, in_progress, overdue: how many are in each state.
        excused: how many left the denominator.
    """

    done_on_time: int
    done_late: int
    in_progress: int
    overdue: int
    excused: int

    @property
    def tasks(self) -> int:
        """The denominator of both rates: all tasks that are not excused, due or not."""
        return self.done_on_time + self.done_late + self.in_progress + self.overdue

    @property
    def completion_percent(self) -> Fraction | None:
        """Tasks done, in time or late, of all; None when there are none."""
        return Fraction(100 * (self.done_on_time + self.done_late), self.tasks) if self.tasks else None

    @property
    def on_time_percent(self) -> Fraction | None:
        """Tasks done in time, of all; None when there are none."""
        return Fraction(100 * self.done_on_time, self.tasks) if self.tasks else None

    @property
    def on_time_of_decided_percent(self) -> Fraction | None:
        """Tasks done in time, of those done or overdue; None when there are none: what is still in time says nothing yet."""
        decided = self.tasks - self.in_progress
        return Fraction(100 * self.done_on_time, decided) if decided else None


def state_of(task: Task, as_of: date) -> TaskState:
    """Return the state of a task on a day; the due date itself is in time, and what was done later is not known yet.

    >>> task = Task(id="n1", name="Ban hành kế hoạch", due_on="2022-01-31", done_on="2022-02-02")
    >>> [state_of(task, date(2022, month, day)).value for month, day in ((1, 31), (2, 1), (2, 2))]
    ['in_progress', 'overdue', 'done_late']
    """
    if task.done_on is not None and task.done_on <= as_of:
        return TaskState.DONE_ON_TIME if task.done_on <= task.due_on else TaskState.DONE_LATE
    return TaskState.IN_PROGRESS if as_of <= task.due_on else TaskState.OVERDUE


def task_rates(plan: Plan, as_of: date) -> TaskRates:
    """Return the states of a plan's tasks on a day, counted, and the rates made of them.

    Args:
        plan: the plan.
        as_of: the day; nothing later is known.

    >>> tasks = [{"id": "a", "name": "A", "due_on": "2022-03-31", "done_on": "2022-03-01"},
    ...          {"id": "b", "name": "B", "due_on": "2022-03-31"}]
    >>> plan = Plan(number="1/KH-UBND", issued_on="2022-01-01", issuer="UBND", year=2022, tasks=tasks)
    >>> rates = task_rates(plan, date(2022, 4, 1))
    >>> rates.completion_percent, rates.overdue
    (Fraction(50, 1), 1)
    """
    states = [state_of(task, as_of) for task in plan.tasks if not task.excused]
    excused = len(plan.tasks) - len(states)
    return TaskRates(
        states.count(TaskState.DONE_ON_TIME),
        states.count(TaskState.DONE_LATE),
        states.count(TaskState.IN_PROGRESS),
        states.count(TaskState.OVERDUE),
        excused,
    )


def assess_task(task: Task, unit: str, as_of: date) -> Assessment:
    """Return where a task stands on a day.

    Done in time is met; done late and overdue are not met, and the state says which; in progress is not due. An excused task is not judged.

    Args:
        task: the task.
        unit: code of the plan's unit.
        as_of: the day.
    """
    state = state_of(task, as_of)
    reason = Text()
    if task.excused:
        reason = Text(f"được loại trừ vì lý do khách quan: {task.evidence}", f"excused for objective reasons: {task.evidence}")
    return Assessment(
        target=task.id,
        kind="task",
        name=task.text,
        unit=unit,
        breakdown=(),
        indicator="",
        verdict=Verdict.CANNOT_BE_JUDGED if task.excused else _VERDICT_OF[state],
        due=task.due_on,
        sentence=_sentence(task, state, as_of),
        reason=reason,
        state=state,
        excused=task.excused,
        owner=task.owner,
        product=task.product,
        evidence=task.evidence,
    )


def _sentence(task: Task, state: TaskState, as_of: date) -> Text:
    due, done = task.due_on, task.done_on or as_of
    if state is TaskState.DONE_ON_TIME:
        return Text(f"hoàn thành ngày {done:%d/%m/%Y}, hạn {due:%d/%m/%Y}", f"done on {done}, due on {due}")
    if state is TaskState.DONE_LATE:
        days = (done - due).days
        return Text(f"hoàn thành ngày {done:%d/%m/%Y}, trễ {days} ngày", f"done on {done}, days late: {days}")
    if state is TaskState.OVERDUE:
        days = (as_of - due).days
        return Text(f"quá hạn {days} ngày, hạn {due:%d/%m/%Y}", f"days overdue: {days}, due on {due}")
    days = (due - as_of).days
    return Text(f"còn {days} ngày, hạn {due:%d/%m/%Y}", f"days left: {days}, due on {due}")
