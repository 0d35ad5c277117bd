"""The ``briefkit`` command: run, build, batch, check, compare, trace, validate, dictionary."""

from __future__ import annotations

import argparse
import atexit
import functools
import gc
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from briefkit import __version__
from briefkit.errors import BriefError

# Looking for garbage takes a tenth of a command's time at Python's own pace, and finds little.
COLLECTING = (20_000, 20, 20)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit status: 1 after a fault that a user can put right, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    gc.set_threshold(*COLLECTING)
    atexit.register(gc.freeze)  # a last search for garbage would take a tenth of a second after all is done
    try:
        status = options.command(options)
    except BriefError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was written is whole.", file=sys.stderr)
        return 130
    return status or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="briefkit", description="Make notebooks into briefs that can be checked.")
    parser.add_argument("--version", action="version", version=f"briefkit {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    for add in (_running, _building, _batching, _comparing, _checking, _tracing, _tables):
        add(commands)
    return parser


def _running(commands: Any) -> None:
    running = commands.add_parser("run", help="run notebooks in place, inline values included")
    running.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: every brief")
    _kernels(running)
    running.set_defaults(command=_run)


def _building(commands: Any) -> None:
    building = commands.add_parser("build", help="run briefs and write them as HTML and PDF, and the site around them")
    building.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: every brief")
    building.add_argument(
        "--as-of", default="latest", metavar="DAY", help="the edition: latest, or a day as 2021-04-30"
    )
    building.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/ in the project")
    building.add_argument(
        "--without-hindsight",
        dest="hindsight",
        action="store_false",
        help="leave out what became public after the edition's day",
    )
    building.add_argument("--paper", default="a4", metavar="SIZE", help="of the PDFs: a4 (default) or us-letter")
    building.add_argument("--fresh", action="store_true", help="run every brief, even where nothing changed")
    building.add_argument(
        "--watch", action="store_true", help="go on, and build again what rests on a notebook or table that is saved"
    )
    _kernels(building)
    _crew(building)
    building.set_defaults(command=_build)


def _batching(commands: Any) -> None:
    batching = commands.add_parser("batch", help="build a template once for each row of a table: dossiers")
    batching.add_argument("template", type=Path, metavar="TEMPLATE", help="a notebook under notebooks/templates/")
    batching.add_argument(
        "--over", required=True, metavar="TABLE", help="parameters are the row's fields of their names"
    )
    batching.add_argument(
        "--where", default="", metavar="CONDITION", help="over fields, and facts: rows of other tables that point at it"
    )
    batching.add_argument(
        "--as-of",
        default="latest",
        metavar="DAY",
        help="the edition: latest, a day as 2021-04-30, or several as START:END:MONTHS (2021-04-30:2022-04-30:1)",
    )
    batching.add_argument("--out", type=Path, metavar="FOLDER", help="default: build/ in the project")
    batching.add_argument("--fresh", action="store_true", help="run every dossier, even where nothing changed")
    _kernels(batching)
    _crew(batching)
    batching.set_defaults(command=_batch)


def _kernels(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--time-limit", type=_seconds, default=120, metavar="SECONDS", help="for each cell (default 120)"
    )
    command.add_argument("--cold", action="store_true", help="start each kernel as a new process, not as a fork")


def _crew(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", type=_number, default=0, metavar="N", help="processes side by side (default: one for each core)"
    )
    command.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="build on a Dask cluster: tcp://host:port (extra cluster)"
    )
    command.add_argument("--fail-fast", action="store_true", help="begin nothing more after a fault")


def _comparing(commands: Any) -> None:
    comparing = commands.add_parser("compare", help="list what changed between two editions of a brief")
    comparing.add_argument("notebook", type=Path, metavar="NOTEBOOK")
    earlier = comparing.add_mutually_exclusive_group(required=True)
    earlier.add_argument("--from", dest="first", metavar="DAY", help="the earlier edition: a day as 2021-04-30")
    earlier.add_argument("--git", metavar="REV", help="the edition of an earlier commit, against today's")
    comparing.add_argument("--to", dest="last", metavar="DAY", help="the later edition: a day, or latest (default)")
    comparing.add_argument("--html", type=Path, metavar="FILE", help="write the changes as a page")
    comparing.add_argument("--json", action="store_true", help="print everything for machines")
    _kernels(comparing)
    comparing.set_defaults(command=_compare, wrong=comparing.error)


def _checking(commands: Any) -> None:
    checking = commands.add_parser("check", help="find what is typed by hand, broken, stale or unsupported")
    checking.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="default: every brief")
    checking.add_argument("--json", action="store_true", help="print the findings for machines")
    checking.set_defaults(command=_check)


def _tracing(commands: Any) -> None:
    tracing = commands.add_parser("trace", help="take a number to its rows, or a row to all that rests on it")
    tracing.add_argument("notebook", nargs="?", type=Path, metavar="NOTEBOOK", help="the brief in which VALUE stands")
    tracing.add_argument("value", nargs="?", metavar="VALUE", help="a value as it stands in the prose, such as 4,813")
    tracing.add_argument("--table", metavar="TABLE", help="with --row: find what rests on a row, in all briefs")
    tracing.add_argument("--row", metavar="KEY", help="the row's key; parts of a key are joined by |")
    tracing.add_argument("--as-of", default="", metavar="DAY", help="the edition: default the latest")
    tracing.add_argument("--json", action="store_true", help="print the result for machines")
    tracing.set_defaults(command=_trace)


def _tables(commands: Any) -> None:
    validating = commands.add_parser("validate", help="check every table in data/ against its schema")
    validating.set_defaults(command=_validate)

    describing = commands.add_parser("dictionary", help="write data/README.md from datapackage.json")
    describing.set_defaults(command=_dictionary)


def _seconds(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return int(text)


def _number(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above zero")
    return int(text)


# The commands import what they need: --help should not wait for pandas, matplotlib or typst.


def _warm_up(options: argparse.Namespace) -> None:
    """Let the template import what kernels need while this process imports what it needs itself."""
    from briefkit.kernels import warm_up

    if not getattr(options, "cold", False) and not getattr(options, "scheduler", ""):
        warm_up()


def _run(options: argparse.Namespace) -> None:
    _warm_up(options)
    from briefkit.cache import executed
    from briefkit.package import briefs, find_data
    from briefkit.run import save, save_figures

    for path in options.notebooks or briefs(find_data().parent):
        notebook = executed(path, time_limit=options.time_limit, cold=options.cold, fresh=True)
        changed = save(path, notebook)
        save_figures(path, notebook)
        print(f"{path}: {'changed' if changed else 'as it was'}")


def _build(options: argparse.Namespace) -> None:
    from briefkit.stamps import Stamps, order

    asked = order(options.notebooks, options.as_of, options.out, options.hindsight, options.paper)
    stamps = Stamps(asked)
    if not (options.fresh or options.watch) and stamps.all_stand():
        for number, path in enumerate(asked.paths, 1):
            print(f"[{number}/{len(asked.paths)}] {path.stem:<14} up to date")
        print(f"Written to {asked.folder}")
        return
    if options.fresh or options.watch or any(map(stamps.would_run, asked.paths)):
        _warm_up(options)
    from briefkit.build import build

    work = functools.partial(
        build,
        options.notebooks,
        options.as_of,
        options.out,
        options.time_limit,
        options.cold,
        hindsight=options.hindsight,
        paper=options.paper,
        workers=options.workers,
        fail_fast=options.fail_fast,
        scheduler=options.scheduler,
    )
    if options.watch:
        from briefkit.watch import FEW, watch

        watch(asked, functools.partial(work, in_process=FEW), options.fresh)
    print(f"Written to {work(fresh=options.fresh)}")


def _batch(options: argparse.Namespace) -> None:
    _warm_up(options)
    from briefkit.batch import batch

    folder = batch(
        options.template,
        options.over,
        options.where,
        options.as_of,
        options.out,
        options.time_limit,
        options.cold,
        options.fresh,
        workers=options.workers,
        fail_fast=options.fail_fast,
        scheduler=options.scheduler,
    )
    print(f"Written to {folder}")


def _check(options: argparse.Namespace) -> int:
    from briefkit.check import check

    found = check(options.notebooks)
    standing = [finding for finding in found if not finding.warning]
    if options.json:
        print(json.dumps([finding.as_json() for finding in found], ensure_ascii=False, indent=1))
        return int(bool(standing))
    for name in dict.fromkeys(finding.brief for finding in found):
        print(name)
        for finding in found:
            if finding.brief == name:
                print(f"  {'warning: ' * finding.warning}{finding}")
    if found:
        warned = len(found) - len(standing)
        print(f"{_counted(len(standing), 'finding')}" + (f", {_counted(warned, 'warning')}" if warned else ""))
    return int(bool(standing))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _trace(options: argparse.Namespace) -> None:
    by_row = options.table is not None and options.row is not None and options.notebook is None
    if not by_row and (options.value is None or options.table or options.row):
        raise BriefError(
            "briefkit trace", "neither a value nor a row", "NOTEBOOK VALUE, or --table TABLE --row KEY", "See --help."
        )
    from briefkit.package import briefs, find_data
    from briefkit.trace import listing, trace_row, trace_value

    root = find_data(options.notebook.resolve().parent if options.notebook else None).parent
    if by_row:
        found = trace_row(briefs(root), options.table, options.row, options.as_of)
    else:
        found = trace_value(options.notebook, options.value, options.as_of)
    if options.json:
        print(json.dumps([trace.as_json() for trace in found], ensure_ascii=False, indent=1))
    else:
        print(listing(found, root) or "No brief rests on this row.")


def _compare(options: argparse.Namespace) -> None:
    if options.git and options.last:
        options.wrong("--to goes with --from; --git compares with today's edition")
    _warm_up(options)
    from briefkit import redline
    from briefkit.editions import between, since
    from briefkit.files import write

    speed = options.time_limit, options.cold
    if options.git:
        found = since(options.notebook, options.git, *speed)
    else:
        found = between(options.notebook, options.first, options.last or "latest", *speed)
    if options.html:
        write(options.html, redline.page(found))
    if options.json:
        print(redline.as_json(found))
    elif options.html:
        print(f"{redline.counted(found)}\nWritten to {options.html}")
    else:
        print(redline.listing(found, shutil.get_terminal_size().columns))


def _validate(options: argparse.Namespace) -> None:
    from briefkit.package import find_data, resources, validate

    folder = find_data()
    validate(folder)
    print(f"{len(resources(folder))} tables keep to their schema")


def _dictionary(options: argparse.Namespace) -> None:
    from briefkit.dictionary import dictionary
    from briefkit.files import write
    from briefkit.package import descriptor, find_data

    folder = find_data()
    changed = write(folder / "README.md", dictionary(descriptor(folder)))
    print(f"{folder / 'README.md'}: {'changed' if changed else 'as it was'}")


if __name__ == "__main__":
    sys.exit(main())
