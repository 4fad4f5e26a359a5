"""Texts that act where they are not held: on terminals, in browsers, spreadsheets, Markdown, JSON and logs."""

from __future__ import annotations

import re
import unicodedata

# 28 m is an order that riskcheck itself never gives, so it shows wherever it comes through.
HOSTILE = {
    "csi": "\x1b[28m\x1b[2J\x1b[1;1H\x1b[?1049h my boss is an idiot",
    "osc title": "\x1b]0;owned\x07\x1b]2;owned\x1b\\ my boss is an idiot",
    "osc clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07 my boss is an idiot",
    "osc link": "\x1b]8;;https://evil.example\x07my boss\x1b]8;;\x07 is an idiot",
    "dcs": '\x1bP$q"p\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\ my boss is an idiot',
    "c1": "\x9b28m\x9d0;owned\x9c\x90q\x9c\x84\x85\x9e \x9f my boss is an idiot",
    "c0": "my boss\x08\x08\x08\x0b\x0c\x0e\x0f\x05\x7f is an idiot\rfine\a",
    "bidi overrides": "my boss is an idiot \u202eexe.gnp\u202c \u202dabc\u202c \u202axyz\u202b",
    "bidi isolates": "my boss \u2066is\u2069 \u2067an\u2069 \u2068idiot\u2069 \u200e\u200f\u061c",
    "separators": "my boss\u2028is an\u2029idiot\x85\u0000",
    "html": '<script>act()</script><img src=x onerror="act()"><b onclick=act()>my boss is an idiot</b></script><!--',
    "svg": '<svg onload=act()><animate onbegin=act() attributeName=x dur=1s><a xlink:href="javascript:act()">my boss',
    "css": '</style><style>*{background:url("https://evil.example/c")}</style><p style="x:expression(act())">my boss',
    "frames": '<iframe srcdoc="<script>parent.act()</script>"></iframe><meta http-equiv=refresh content="0;url=//e">',
    "forms": "<form action=https://evil.example><button autofocus onfocus=act()>my boss</form><base href=//evil>",
    "template": "{{7*7}} ${act()} {% raw %} #{act()} @DATA@ @SCRIPT@ @STYLE@ @CSP@ my boss is an idiot",
    "entities": "&lt;script&gt;act()&lt;/script&gt; &#60;img src=x onerror=act()&#62; my boss",
    "attributes": '" onmouseover="act()" x="\' onfocus=\'act()\' autofocus my boss `is` an idiot',
    "markdown link": "[my boss](javascript:act()) [x]: https://evil.example ![p](//evil.example/p.png) is an idiot",
    "markdown html": "<u>my boss</u> <https://evil.example> www.evil.example https://evil.example a@evil.example idiot",
    "markdown blocks": "# my boss\n\n## is\n- an\n1. idiot\n> so\n```\ncode\n```\n\n    code\n---\n***\n===",
    "markdown table": "| my boss | is |\n|---|---|\n| an | idiot | ~~x~~ **b** _i_ `c` \\[y\\](z)",
    "formula": '=HYPERLINK("https://evil.example";"my boss is an idiot")',
    "formula command": "=cmd|' /C calc'!A0 my boss is an idiot",
    "formula plus": "+1+cmd|' /C calc'!A0",
    "formula minus": "-1+my boss",
    "formula at": "@SUM(1;2) my boss",
    "formula tab": "\t=1+1",
    "formula return": "\r=1+1",
    "formula line": "my boss\n=1+1",
    "formula wide": "\uff1d1+1",
    "formula wide plus": "\uff0b1",
    "formula wide minus": "\uff0d1",
    "formula wide at": "\uff20x",
    "formula hidden": "\u00a0\u2003=1+1",
    "formula cell": 'my boss";=1+1;"\t=1+1\t,=1+1,"',
    "formula semicolon": "a;=1+1;b",
    "json": '"}],"posts":[{"id":"evil"}]} \\u003cscript\\u003e \\ud800 "my boss" \\" \\',
    "surrogates": "my boss \ud83d is \udc00 an \udcff idiot",
    "line forging": "x\nriskcheck: all is well\nWrote everything",
    "long word": "idiot" * 2000,
    "long line": "my boss " * 1500,
    "marks": "m" + "\u0300\u0301\u0302" * 300 + "y boss",
    "tags": "my boss \U000e0041\U000e0042\ufeff\u00ad\u2060\ufff9 is an idiot",
}
URLS = (
    "javascript:act()",
    "JaVaScRiPt:act()",
    "\x01javascript:act()",
    "java\nscript:act()",
    "data:text/html,<script>act()</script>",
    "vbscript:act()",
    "file:///etc/passwd",
    "//evil.example",
    "https://x.com@evil.example/",
    'https://x.com/" onclick=act() x="',
    "https://x.com/\x1b[28m",
    "https://x.com/\u202egnp",
    "https://x.com/\ud800",
    "https://x.com/>[x](javascript:act())",
    "https://x.com/\u061cabc",
    "https://x.com/a\u200bb",
    "https://" + "a" * 5000,
    "https://x.com/i/web/status/\u0661\u0662",
)
NAMES = tuple(text for name, text in HOSTILE.items() if not name.startswith("long"))
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def acting(text: str, keep: str = "\n") -> list[str]:
    """Return the characters of a text that would act where it is shown."""
    return [
        char
        for char in text
        if char not in keep and (unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _BIDI)
    ]


def file_name(text: str) -> str:
    """Return a name that a file can have."""
    known = re.sub("[\ud800-\udfff]", "\udcff", text.replace("/", "\u2215").replace("\0", ""))
    return known.encode("utf-8", "surrogateescape")[:120].decode("utf-8", "surrogateescape")
