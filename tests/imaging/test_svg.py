"""A sanitised SVG looks as it did, and nothing is left in it that acts, loads or identifies."""

from __future__ import annotations

import pytest

from apps.imaging.errors import DamagedImage, ImagingError, NotAnImage, TruncatedImage, UnsupportedFormat
from apps.imaging.limits import Limits
from apps.imaging.svg import sanitize
from tests.imaging.activity import find_activity
from tests.imaging.drawings import DOT, XMLNS, editor_s, scene, wrap

LIMITS = Limits()
XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
REST = '<rect width="3" height="2"/>'
CLEAN = wrap(REST)


def clean(content: str) -> str:
    """Return what is left of some content, without the document around it."""
    kept = sanitize(wrap(content), LIMITS)
    assert find_activity(kept) == []
    return kept.decode().removeprefix(wrap("").decode().removesuffix("</svg>")).removesuffix("</svg>")


def test_it_works() -> None:
    assert clean(f'<script>alert(1)</script><g onload="alert(2)">{REST}</g>') == f"<g>{REST}</g>"


def test_all_that_draws_is_kept() -> None:
    assert sanitize(scene(), LIMITS) == scene()
    assert find_activity(scene()) == []


def test_an_editor_s_file() -> None:
    kept = sanitize(editor_s(), LIMITS).decode()
    assert kept.startswith(f'<svg {XMLNS} version="1.1" width="60" height="40"><style type="text/css">')
    assert '<style type="text/css">rect{stroke:none}</style>' in kept
    assert '<use href="#e"/><rect x="0"' in kept
    for word in ("editor", "Editor", "metadata", "Olive", "data-x", "xlink", "DOCTYPE", "layer", "end"):
        assert word not in kept


@pytest.mark.parametrize(
    "element",
    [
        "<script>alert(1)</script>",
        '<script href="http://x/y.js"/>',
        "<script><![CDATA[alert(1)]]></script>",
        '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
        '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
        "<SCRIPT>alert(1)</SCRIPT>",
        '<handler type="text/javascript">alert(1)</handler>',
        '<listener event="click" handler="#h"/>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><b>x</b></body></foreignObject>',
        '<iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/>',
        '<h:img xmlns:h="http://www.w3.org/1999/xhtml" src="x" onerror="alert(1)"/>',
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file:///etc/passwd"/>',
        "<metadata><a>who</a></metadata>",
        '<font-face><font-face-src><font-face-uri href="http://x"/></font-face-src></font-face>',
        '<video xmlns="http://www.w3.org/1999/xhtml" src="http://x"/>',
        '<discard begin="0s"/>',
        '<rect xmlns="urn:another"/>',
        '<nested xmlns=""><rect/></nested>',
        "<!-- <script>alert(1)</script> -->",
        "<?xml-stylesheet href='http://x'?>",
        "stray text",
        "<![CDATA[<script>alert(1)</script>]]>",
        '<animate values="javascript:alert(1)"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<animate attributeName=" xlink:href " to="javascript:alert(1)"/>',
        '<animate attributeName="HREF" to="javascript:alert(1)"/>',
        '<set attributeName="onload" to="alert(1)"/>',
        '<set attributeName="style" to="fill:red"/>',
        '<set attributeName="class" to="x"/>',
        '<animateTransform attributeName="href" to="javascript:alert(1)"/>',
        '<animateTransform attributeName="fill" to="red"/>',
        '<style type="text/x-scheme">a{fill:red}</style>',
        "<style>@import 'http://x';</style>",
    ],
)
def test_what_goes_with_all_it_holds(element: str) -> None:
    assert clean(element + REST) == REST


@pytest.mark.parametrize(
    "attribute",
    [
        'onload="alert(1)"',
        'OnClick="alert(1)"',
        'ONMOUSEOVER="alert(1)"',
        'onanything="alert(1)"',
        'x:onload="alert(1)" xmlns:x="http://www.w3.org/2000/svg"',
        'ev:event="click" xmlns:ev="http://www.w3.org/2001/xml-events"',
        'xml:base="http://x/"',
        'xml:id="a"',
        'data-hx-get="/x"',
        'tabindex="1"',
        'requiredExtensions="http://x"',
        'fill="url(http://x/y#z)"',
        "fill=\"url('//x')\"",
        'fill="u\\72l(http://x)"',
        'filter="URL( &#x22;http://x&#x22; )"',
        'fill="expression(alert(1))"',
        'fill="javascript:alert(1)"',
        'style="background:url(http://x)"',
        'style="width:expression(alert(1))"',
        'style="-moz-binding:url(#x)"',
        'style="fill:red\\;"',
        'attributeName="href"',
        'href="javascript:alert(1)"',
        'src="http://x"',
        'externalResourcesRequired="true"',
    ],
)
def test_attributes_that_go(attribute: str) -> None:
    assert clean(f"<g {attribute}/>") == "<g/>"


@pytest.mark.parametrize("attribute", ["href", "xlink:href"])
@pytest.mark.parametrize("element", ["use", "image", "feImage", "linearGradient", "textPath", "mpath", "set"])
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " \x09javascript:alert(1)".replace("\x09", "&#9;"),
        "java&#10;script&#58;alert(1)",
        "&#106;avascript:alert(1)",
        "\u00a0javascript:alert(1)",
        "http://127.0.0.1/x.svg#a",
        "//127.0.0.1/x.svg#a",
        "/x.svg#a",
        "x.svg#a",
        "?#a",
        "file:///etc/passwd",
        "blob:http://x/1",
        "data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;",
        "data:image/svg+xml,&lt;svg/&gt;#a",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png,&lt;svg/&gt;",
        "data:image/png;charset=utf-7;base64,AAAA",
        "data:image/png;base64,AAAA&quot;onload=",
        "#a b",
        "#a&quot;)",
        "",
    ],
)
def test_addresses_that_go(element: str, attribute: str, address: str) -> None:
    animated = ' attributeName="x"' if element == "set" else ""
    assert clean(f'<g {XLINK}><{element}{animated} {attribute}="{address}"/></g>') == (
        f"<g><{element}{animated}/></g>"
    )


def test_addresses_that_stay() -> None:
    assert clean('<use href=" #a "/>') == '<use href="#a"/>'
    assert clean(f'<use {XLINK} xlink:href="#a"/>') == '<use href="#a"/>'
    assert clean(f'<image href="{DOT}"/>') == f'<image href="{DOT}"/>'
    broken = DOT.replace("AAP8AAP", "AAP8&#10; AAP").replace("image/gif", "Image/GIF")
    assert clean(f'<image href="{broken}"/>') == f'<image href="{DOT}"/>'
    assert clean(f'<use href="{DOT}"/>') == "<use/>", "a drawing may use its own parts only"


def test_the_plain_href_counts_for_more() -> None:
    for one, other in (('href="#a"', 'xlink:href="#b"'), ('xlink:href="#b"', 'href="#a"')):
        assert clean(f"<use {XLINK} {one} {other}/>") == '<use href="#a"/>'


def test_a_link_loses_where_it_leads() -> None:
    link = f'<a {XLINK} xlink:href="http://x" href="#a" target="_top"><text>there</text></a>'
    assert clean(link) == "<a><text>there</text></a>"


def test_values_of_animations() -> None:
    kept = '<animate attributeName="fill" values="red;rgb(1,2,3);url(#a)"/>'
    assert clean(kept) == kept
    for name in ("values", "to", "from", "by"):
        for value in ("javascript:alert(1)", "red;url(http://x)", "red;\\75rl(#a)", "a;b{c}"):
            assert clean(f'<animate attributeName="fill" {name}="{value}"/>') == (
                '<animate attributeName="fill"/>'
            )


def test_text_is_written_so_that_it_stays_text() -> None:
    text = "<text>&lt;script&gt; &amp;lt; ]]&gt; \u2028 &#13;</text>"
    assert clean(text) == text
    assert clean("<text><![CDATA[<b>&amp;]]></text>") == "<text>&lt;b&gt;&amp;amp;</text>"
    assert clean("<title>a<script/>b</title>") == "<title>ab</title>"
    attribute = '<g id="&quot;&lt;&gt;&amp;&#9;&#10;&#13;\'"/>'
    assert clean(attribute) == attribute


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (f"<html {XMLNS}/>", NotAnImage),
        ("<svg/>", NotAnImage),
        ('<svg xmlns="urn:x"/>', NotAnImage),
        (f"<script {XMLNS}/>", NotAnImage),
        (f'<svg {XMLNS} id="a" id="b"/>', DamagedImage),
        (f'<svg {XMLNS} xmlns:a="urn:x" xmlns:b="urn:x" a:id="a" b:id="b"/>', DamagedImage),
        (f"<svg {XMLNS}><g></svg>", DamagedImage),
        (f"<svg {XMLNS}/><svg {XMLNS}/>", DamagedImage),
        (f"<svg {XMLNS}/><!DOCTYPE svg [<!ENTITY a 'b'>]>", DamagedImage),
        (f"<svg {XMLNS}><!ENTITY a 'b'></svg>", DamagedImage),
        (f"<svg {XMLNS}>&nbsp;</svg>", DamagedImage),
        (f"<svg {XMLNS} onload=alert(1)>", DamagedImage),
        (f"<svg {XMLNS}>\0</svg>", DamagedImage),
        (f"<svg {XMLNS}><use xlink:href='#a'/></svg>", DamagedImage),
        (f"<svg {XMLNS}><g>", TruncatedImage),
        (f"<svg {XMLNS}><g id='", TruncatedImage),
        (f"<svg {XMLNS}><style><![CDATA[ a", TruncatedImage),
        ("<!-- ", TruncatedImage),
        ("", TruncatedImage),
        (f"x<svg {XMLNS}/>", DamagedImage),
        (f"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg {XMLNS}>&a;</svg>", UnsupportedFormat),
        (f"<!DOCTYPE svg SYSTEM 'http://x/e.dtd'><svg {XMLNS}/>", UnsupportedFormat),
        (f"<!DOCTYPE svg PUBLIC '-//X//DTD SVG' 'http://x/e.dtd'><svg {XMLNS}/>", UnsupportedFormat),
        (f"<!DOCTYPE html><svg {XMLNS}/>", DamagedImage),
        (f"<!DOCTYPE svg><!DOCTYPE svg><svg {XMLNS}/>", DamagedImage),
    ],
)
def test_refusals(data: str, refusal: type[ImagingError]) -> None:
    with pytest.raises(ImagingError) as caught:
        sanitize(data.encode(), LIMITS)
    assert type(caught.value) is refusal


@pytest.mark.parametrize(
    "prolog",
    [
        "\ufeff",
        "<?xml version='1.0'?>",
        "<?xml version='1.0'?><?xml-stylesheet href='http://x'?><!-- <svg onload='x'> -->\n",
        "<!DOCTYPE svg>",
        "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd' >",
    ],
)
def test_prologs_that_go(prolog: str) -> None:
    assert sanitize(prolog.encode() + CLEAN, LIMITS) == CLEAN


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_encodings(encoding: str) -> None:
    name = "ISO-8859-1" if encoding == "latin-1" else encoding[:6]
    text = f'<?xml version="1.0" encoding="{name}"?>' + wrap("<title>Hügel</title>").decode()
    kept = sanitize(text.encode(encoding), LIMITS)
    assert kept == wrap("<title>Hügel</title>")


@pytest.mark.parametrize("encoding", ["UTF-7", "windows-1252", "utf-16", "EBCDIC-CP-US", "hex", "rot13"])
def test_other_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>+ADw-svg onload=+ACI-alert(1)+ACI-/+AD4-'
    with pytest.raises(UnsupportedFormat, match="encoding"):
        sanitize(text.encode(), LIMITS)


@pytest.mark.parametrize("data", [b"<svg \xff/>", "<svg\ud800/>".encode("utf-16-le", "surrogatepass")])
def test_bytes_that_are_not_in_their_encoding(data: bytes) -> None:
    with pytest.raises(DamagedImage, match="encoding"):
        sanitize(data, LIMITS)
