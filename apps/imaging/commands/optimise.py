"""`optimise`: make picture files smaller where they lie."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from apps.imaging.commands.arguments import LIMITS, Parser, add_jobs, add_verb
from apps.imaging.commands.batch import Outcome, report, sum_up, work_through
from apps.imaging.commands.endings import UsageError, describe, judge
from apps.imaging.commands.inputs import STDIN, Input, find_inputs, walk_all
from apps.imaging.commands.journal import JOURNAL_NAME, Journal, digest_of, keep_journal, read_journals
from apps.imaging.commands.progress import Progress
from apps.imaging.commands.replacing import is_leftover, replace_file
from apps.imaging.errors import ImagingError
from apps.imaging.optimising import Loss, optimise

_SUMMARY = "Make picture files smaller where they lie, in their own format"
_DETAILS = f"""\
{_SUMMARY}.

Without --lossy not a pixel changes: metadata goes (orientation and colour profile stay), PNG
and lossless WebP are packed again, and each result is decoded and compared before it replaces
the original. With --lossy, a quality of 85 is tried too, upright and in sRGB.

A file is replaced at once or not at all, keeps its mode and its times, and never gets larger.
A folder's journal, {JOURNAL_NAME}, lets a run that was stopped go on, and keeps
what is lossy from being encoded again."""
_EXAMPLES = """\
  images-render optimise photo.jpg
  images-render optimise --dry-run media/
  images-render optimise --lossy -j 8 media/ 'more/**/*.png'"""


@dataclass(frozen=True, slots=True)
class Chore:
    """One file to be made smaller; `journal` is that of the folder it was found in."""

    path: Path
    loss: Loss
    journal: Journal | None
    is_dry: bool

    @property
    def name(self) -> str:
        return str(self.path)


def add_optimise(verbs: argparse._SubParsersAction[Parser]) -> None:
    parser = add_verb(verbs, "optimise", _SUMMARY, run_optimise, examples=_EXAMPLES)
    parser.description = _DETAILS
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or a pattern")
    parser.add_argument("--lossy", action="store_true", help="also try a quality of 85")
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="say what would be saved, change nothing"
    )
    add_jobs(parser)


def run_optimise(parsed: argparse.Namespace) -> int:
    if STDIN in parsed.paths:
        raise UsageError("optimise works on files; for a pipe there is render")
    loss = Loss.SOME if parsed.lossy else Loss.NONE
    pictures = find_inputs(parsed.paths)
    folders = {each.folder for each in pictures if each.folder is not None}
    with ExitStack() as stack:
        done = read_journals(folders, loss) if parsed.dry_run else _take_over(folders, loss, stack)
        chores = [Chore(each.path.resolve(), loss, _find_journal(each), parsed.dry_run) for each in pictures]
        outcomes, left = _leave_what_is_done(chores, done)
        progress = Progress(len(left), is_quiet=parsed.quiet)
        outcomes += report(work_through(left, do, jobs=parsed.jobs), progress, is_quiet=parsed.quiet)
    if not parsed.quiet:
        print(_sum_bytes(outcomes, is_dry=parsed.dry_run))
    return sum_up(outcomes)


def _take_over(folders: set[Path], loss: Loss, stack: ExitStack) -> frozenset[str]:
    """Keep the folders to this run, tidy up after one that was killed, and return what is done."""
    for folder in folders:
        stack.enter_context(keep_journal(folder))
        for leftover in filter(is_leftover, walk_all(folder)):
            leftover.unlink(missing_ok=True)
    return read_journals(folders, loss)


def _find_journal(picture: Input) -> Journal | None:
    return None if picture.folder is None else Journal(picture.folder)


def _leave_what_is_done(chores: list[Chore], done: frozenset[str]) -> tuple[list[Outcome], list[Chore]]:
    """Return what became of the files that need no more work, and the chores that are left."""
    outcomes, left = [], []
    for chore in chores:
        size = _weigh_done(chore.path, done)
        if size is None:
            left.append(chore)
        else:
            outcomes.append(Outcome(chore.name, bytes_before=size, bytes_after=size))
    return outcomes, left


def _weigh_done(path: Path, done: frozenset[str]) -> int | None:
    """Return the size of a file that is done; None for one that is not, or cannot be read."""
    if not done:
        return None
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return len(data) if digest_of(data) in done else None


def do(chore: Chore) -> Outcome:
    """Make one file smaller if it can be."""
    try:
        seen = chore.path.stat()
        data = chore.path.read_bytes()
        size = len(data)
        if seen.st_nlink > 1:
            return _stay(chore, size, "it has another name (hard link), which replacing would part from it")
        best = optimise(data, chore.loss, LIMITS)
        if not chore.is_dry and chore.journal is not None:
            chore.journal.add(chore.loss, digest_of(best.data))
        if len(best.data) >= size:
            return _stay(chore, size, best.remark or "nothing smaller was found")
        if not chore.is_dry and not replace_file(chore.path, best.data, seen=seen):
            return _stay(chore, size, "it changed meanwhile")
    except (ImagingError, OSError) as error:
        return Outcome(chore.name, complaint=describe(error), ending=judge(error))
    line = f"{chore.name}: {size:,} → {len(best.data):,} bytes ({_share(size, len(best.data))})"
    return Outcome(chore.name, line, bytes_before=size, bytes_after=len(best.data))


def _stay(chore: Chore, size: int, reason: str) -> Outcome:
    return Outcome(chore.name, f"{chore.name}: stays, {reason}", bytes_before=size, bytes_after=size)


def _sum_bytes(outcomes: Sequence[Outcome], *, is_dry: bool) -> str:
    before, after = (
        sum(getattr(each, name) for each in outcomes) for name in ("bytes_before", "bytes_after")
    )
    count = sum(each.bytes_after < each.bytes_before for each in outcomes)
    verb = "would be" if is_dry else "were"
    return (
        f"{count} of {len(outcomes)} files {verb} made smaller: {before:,} → {after:,} bytes, "
        f"{before - after:,} saved ({_share(before, after)})"
    )


def _share(before: int, after: int) -> str:
    return f"−{100 * (before - after) / max(1, before):.1f} %"
