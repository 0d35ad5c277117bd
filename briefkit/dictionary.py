"""The data dictionary: what every table and field of a data package means, as Markdown."""

from __future__ import annotations

from typing import Any


def dictionary(package: dict[str, Any]) -> str:
    """Describe every table and field of a data package in Markdown, in the order of the package.

    >>> dictionary({"title": "T", "description": "D", "resources": []}).splitlines()[:3]
    ['# T', '', 'D']
    """
    tables = package["resources"]
    index = [f"- [{table['name']}](#{table['name']}): {table['title']}" for table in tables]
    sections = [line for table in tables for line in _section(table)]
    return "\n".join([f"# {package['title']}", "", package["description"], "", "## Tables", "", *index, *sections, ""])


def _section(table: dict[str, Any]) -> list[str]:
    """List a table's title, description, key, dates, licence and fields as Markdown lines."""
    schema = table["schema"]
    licence = "; ".join(licence["title"] for licence in table["licenses"])
    facts = [
        ("File", f"`{table['path']}`"),
        ("Key", ", ".join(f"`{name}`" for name in schema["primaryKey"])),
        ("A row reports the day in", f"`{table['as_of']}`" if "as_of" in table else ""),
        ("Review after", table.get("review_after", "")),
        ("Licence", licence),
    ]
    links = {key["fields"][0]: key["reference"]["resource"] or table["name"] for key in schema.get("foreignKeys", [])}
    rows = [_row(field, links.get(field["name"])) for field in schema["fields"]]
    return [
        "",
        f"## {table['name']}",
        "",
        f"**{table['title']}.** {table['description']}",
        "",
        *(f"- {name}: {text}" for name, text in facts if text),
        "",
        "| Field | Type | Unit | Meaning |",
        "|---|---|---|---|",
        *rows,
    ]


def _row(field: dict[str, Any], link: str | None) -> str:
    """Describe one field as a row of a Markdown table."""
    rules = field.get("constraints", {})
    meaning = [f"{field['title']}. {field['description']}"]
    meaning += [f"Points to [{link}](#{link})."] if link else []
    meaning += ["One of: " + ", ".join(f"*{value}*" for value in rules["enum"]) + "."] if "enum" in rules else []
    meaning += ["Never blank."] if rules.get("required") else []
    cells = f"`{field['name']}`", field["type"], field.get("unit", ""), " ".join(meaning).replace("|", "\\|")
    return "| " + " | ".join(cells) + " |"
