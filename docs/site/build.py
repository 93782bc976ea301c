"""Build the site: ``python -m docs.site.build`` writes ``out/site``; ``nox -s site`` does it with what it needs.

The pages stand where a reader of the repository finds them, and link to each other there. Here they are put side by side as the site has
them: those of docs/ first, Vietnamese ones (``*.vi.md``) under ``vi/``, those from elsewhere in the repository under ``project/``, files
that a page links to beside them, and the API reference, a page for each of ``REFERENCE``. Then zensical makes the site; a warning ends it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from docs.site.reference import REFERENCE, Section

from cchc_metrics.folding import fold

ROOT = Path(__file__).parents[2]
SOURCE, SITE = ROOT / "out" / "site-source", ROOT / "out" / "site"
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md", "README.vi.md", "SECURITY.md")
"""Pages of the site that stand beside docs/."""
UNLISTED = re.compile(r"decisions/(?!README)|project/|vi/project/")
"""Pages of the site that another page leads to, and not the navigation."""
LINK = re.compile(r"(?P<mark>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)#\s]+)(?P<place>#[^)\s]*)?\)")
NEEDED = re.compile(r"(?<=```pycon)[ \w]+$", re.MULTILINE)
"""The packages that an example needs, which stand behind the kind of its block; a site knows nothing of that."""
FENCE = re.compile(r"(?ms)^( *)(```|~~~).*?^\1\2 *$")


def place_of(path: PurePosixPath) -> PurePosixPath:
    """Return where a file of the repository stands in the site."""
    if path.name == "README.vi.md":
        return PurePosixPath("vi/index.md")
    inside = path.relative_to("docs") if path.parts[0] == "docs" else PurePosixPath("project", path)
    return PurePosixPath("vi", inside.with_name(inside.name.removesuffix(".vi.md") + ".md")) if path.name.endswith(".vi.md") else inside


def pages() -> dict[PurePosixPath, str]:
    """Return every page by its path in the repository, those that pages link to among them, and the files that they link to as ``""``."""
    open_ = [*BESIDE, *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]
    found: dict[PurePosixPath, str] = {}
    while open_:
        path = PurePosixPath(open_.pop())
        if path in found:
            continue
        found[path] = (ROOT / path).read_text(encoding="utf-8") if path.suffix == ".md" else ""
        for link in links(found[path]):
            target = PurePosixPath(os.path.normpath(path.parent / link["target"]))
            if "://" not in link["target"] and (ROOT / target).is_file():
                open_.append(str(target))
    return found


def links(text: str) -> Iterator[re.Match[str]]:
    """Yield the links of a page, those in blocks of code left out."""
    return LINK.finditer(FENCE.sub("", text))


def page_of(path: PurePosixPath, text: str) -> str:
    """Return a page with its links as the site has them; a folder, which the site has not, is named and not linked."""

    def link(found: re.Match[str]) -> str:
        if "://" in found["target"] or found["target"].startswith("mailto:"):
            return found[0]
        target = PurePosixPath(os.path.normpath(path.parent / found["target"]))
        if (ROOT / target).is_dir():
            return f"{found['text']} (`{target}`)"
        there = os.path.relpath(place_of(target), place_of(path).parent).replace(os.sep, "/")
        return f"{found['mark']}[{found['text']}]({there}{found['place'] or ''})"

    blocks = [found.span() for found in FENCE.finditer(text)]
    parts, end = [], 0
    for start, stop in [*blocks, (len(text), len(text))]:
        parts += [LINK.sub(link, text[end:start]), NEEDED.sub("", text[start:stop])]
        end = stop
    return "".join(parts)


def reference_page(title: str, sections: tuple[Section, ...]) -> str:
    """Return a page of the API reference, which the site fills from the docstrings."""
    parts = [f"# {title}\n"]
    for section in sections:
        parts.append(f"## {section.title}\n\n{section.said}\n")
        parts += [f"::: {module}.{name}\n" for module, names in section.names.items() for name in names]
    return "\n".join(parts)


def listed(config: str) -> list[str]:
    """Return the pages of the navigation."""
    return re.findall(r"(?m)^ +- .*?([\w./-]+\.md)$", config.partition("\nnav:\n")[2])


def complaints(config: str, there: set[str]) -> list[str]:
    """Return what is wrong with the navigation: pages that it lacks, has twice, or has and are not there."""
    nav = listed(config)
    wanted = {page for page in there if not UNLISTED.match(page) or page in nav}
    missing = [f"mkdocs.yml: nav lacks {page}; name it where a reader would look for it" for page in sorted(wanted - set(nav))]
    twice = [f"mkdocs.yml: nav has {page} twice" for page in sorted({page for page in nav if nav.count(page) > 1})]
    return missing + twice + [f"mkdocs.yml: nav has {page}, which is no page" for page in sorted(set(nav) - there)]


def main() -> int:
    """Build the site; return 1 where anything is wrong with it."""
    for folder in (SOURCE, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    for path, text in pages().items():
        there = SOURCE / place_of(path)
        there.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            there.write_text(page_of(path, text), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / path, there)
    shutil.copytree(ROOT / "docs" / "site" / "assets", SOURCE / "assets")
    (SOURCE / "api").mkdir()
    for name, (title, sections) in REFERENCE.items():
        (SOURCE / "api" / f"{name}.md").write_text(reference_page(title, sections), encoding="utf-8")
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    wrong = complaints(config, {path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.md")})
    if wrong:
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    if done := subprocess.run(["zensical", "build", "--clean", "--strict"], cwd=ROOT, check=False).returncode:  # noqa: S607  of this environment
        return done
    finish()
    return 0


def finish() -> None:
    """Set what the builder cannot: the language of Vietnamese pages, and words without their marks, as they are sought."""
    for path in (SITE / "vi").rglob("*.html"):
        path.write_text(path.read_text(encoding="utf-8").replace('<html lang="en"', '<html lang="vi"', 1), encoding="utf-8")
    shutil.copyfile(SITE / "sitemap.xml", SITE / "vi" / "sitemap.xml")  # asked for by the choice of a language
    index = json.loads((SITE / "search.json").read_text(encoding="utf-8"))
    for item in index["items"]:
        words = dict.fromkeys(fold(word) for word in re.findall(r"\w*[^\W\x00-\x7f]\w*", item["title"] + " " + item["text"]))
        item["text"] += "".join(f" {word}" for word in words)
    (SITE / "search.json").write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
