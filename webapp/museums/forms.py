"""What is asked of a museum, checked before anybody is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile

from webapp.ingest.connecting import FetchError, checked_url
from webapp.ingest.sources.contract import Source, Way
from webapp.ingest.sources.registry import web_for

MOST: Final = 2_000
"""Works of one question; larger ones are for the command, which nobody has to look through."""
USUAL: Final = 200
FILE_BYTES: Final = 500_000_000
JSON_BYTES: Final = 64_000_000
"""Of files that are read as one."""
LONGEST: Final = 20_000


class AskForm(forms.Form):
    """A question to one source, in one of its ways."""

    def __init__(self, source: Source, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.source = source
        names = [(way.name, way.title) for way in source.ways]
        self.fields["way"] = forms.ChoiceField(choices=names, initial=names[0][0])
        for way in source.ways:
            self.fields |= dict(_fields(way))
        self.fields["most"] = forms.IntegerField(
            label="Works at most",
            initial=USUAL,
            min_value=1,
            max_value=MOST,
            error_messages={
                "max_value": f"At most {MOST:,} works are looked at here; for more there is "
                "manage.py import_source.",
                "min_value": "Write a number from 1 on.",
            },
        )
        self.asked: dict[str, Any] = {}
        """What `webapp.museums.actions.ask` takes; filled once the form is valid."""

    def ways(self) -> Iterator[tuple[Way, bool, list[forms.BoundField]]]:
        """Yield the ways, whether each is chosen, and its fields."""
        for way in self.source.ways:
            yield way, self["way"].value() == way.name, [self[name] for name, _ in _fields(way)]

    def clean(self) -> dict[str, Any]:
        """Check the fields of the chosen way; the others are nobody's concern."""
        values = self.cleaned_data
        way = next((each for each in self.source.ways if each.name == values.get("way")), None)
        if way is not None:
            try:
                self.asked = _READ[way.field](self, way)
            except forms.ValidationError as error:
                self.add_error(_fields(way)[0][0], error)
        return values

    def text(self, way: Way) -> str:
        """Return what was written for a way."""
        text = str(self.cleaned_data.get(f"{way.name}-text") or "").strip()
        if not text:
            raise forms.ValidationError(
                f"{way.title}: write what to ask for, or choose another way."
            )
        return text


def _fields(way: Way) -> list[tuple[str, forms.Field]]:
    """Return the fields of a way by name; none is required, as only one way is chosen."""
    if way.field != "files":
        lines = 10 if "\n" in way.example else 2 if way.field == "ids" else 0
        widget: Any = (
            forms.Textarea(attrs={"rows": lines, "spellcheck": "false"}) if lines else None
        )
        field = forms.CharField(
            label=way.title, required=False, max_length=LONGEST, help_text=way.help, widget=widget
        )
        return [(f"{way.name}-text", field)]
    fields: list[tuple[str, forms.Field]] = [
        (
            f"{way.name}-{number}",
            forms.FileField(label=name, required=False, max_length=200, allow_empty_file=True),
        )
        for number, name in enumerate(way.files)
    ]
    if way.words:
        label = "Only with these words in title or artist"
        fields.append((f"{way.name}-words", forms.CharField(label=label, required=False)))
    return fields


def _ids(form: AskForm, way: Way) -> dict[str, Any]:
    ids = list(dict.fromkeys(re.split(r"[\s,;]+", form.text(way).strip(" ,;"))))
    if wrong := [each for each in ids if not re.fullmatch(form.source.ids, each)]:
        raise forms.ValidationError(
            f"“{wrong[0][:80]}” is not one of these numbers; write them like {way.example}."
        )
    if len(ids) > MOST:
        raise forms.ValidationError(f"{len(ids):,} works are too many; name at most {MOST:,}.")
    return {"ids": ids}


def _query(form: AskForm, way: Way) -> dict[str, Any]:
    text = form.text(way)
    if missing := [word for word in way.needs if word not in text]:
        raise forms.ValidationError(f"The query does not select {missing[0]}; it is needed.")
    return {"query": text}


def _url(form: AskForm, way: Way) -> dict[str, Any]:
    url = form.text(way)
    try:
        checked_url(url, web_for(form.source).hosts)
    except FetchError as error:
        raise forms.ValidationError(str(error)) from error
    return {"url": url}


def _files(form: AskForm, way: Way) -> dict[str, Any]:
    files: dict[str, UploadedFile[Any]] = {}
    for number, name in enumerate(way.files):
        file = form.cleaned_data.get(f"{way.name}-{number}")
        if not file:
            raise forms.ValidationError(f"Choose {name}.")
        limit = JSON_BYTES if name.endswith(".json") else FILE_BYTES
        if (file.size or 0) > limit:
            raise forms.ValidationError(
                f"{file.name} has {(file.size or 0) / 1e6:,.0f} MB; at most {limit / 1e6:,.0f} MB "
                "are taken here. Import it with manage.py import_source --file."
            )
        files[name if len(way.files) > 1 else _plain(file.name or name)] = file
    return {"files": files, "query": str(form.cleaned_data.get(f"{way.name}-words") or "").strip()}


def _plain(name: str) -> str:
    """Return a name that no file system minds."""
    return re.sub(r"[^\w.-]+", "-", name)[-100:].lstrip(".-") or "file"


_READ: Final = {"ids": _ids, "query": _query, "url": _url, "files": _files}
