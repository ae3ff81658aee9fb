"""Drawings: SVG documents for tests."""

from __future__ import annotations

from tests import pictures

XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAP///ywAAAAAAQABAAACAkQBADs="


def wrap(content: str, attributes: str = "") -> bytes:
    """Return an SVG document of 60×40 with the content in it."""
    return f'<svg {XMLNS} width="60" height="40"{attributes}>{content}</svg>'.encode()


def scene() -> bytes:
    """Return a drawing that uses all that may be used, spelt as the sanitiser spells it."""
    return (
        f'<svg {XMLNS} width="300" height="200" viewBox="0 0 300 200" role="img" aria-label="Hills">'
        "<title>Hills &amp; a sun</title><desc>Drawn &lt;by hand&gt;.</desc>"
        "<style>.hill{fill:url(#shade);stroke:#030;stroke-width:2px}.a&gt;.b,rect:not(.c){opacity:.9}"
        "@media (min-width: 10px){text{font:bold 20px 'DejaVu Sans',sans-serif}}"
        "@keyframes turn{from{transform:rotate(0deg)}to{transform:rotate(90deg)}}</style>"
        '<defs><linearGradient id="shade" x1="0" y1="0" x2="0" y2="1" gradientTransform="rotate(10)">'
        '<stop offset="0" stop-color="#6c6"/><stop offset="100%" stop-color="#264" stop-opacity=".8"/>'
        '</linearGradient><radialGradient id="glow" href="#shade" cx="50%" cy="50%" r="50%"/>'
        '<pattern id="dots" width="10" height="10" patternUnits="userSpaceOnUse">'
        '<circle cx="5" cy="5" r="2" fill="#00f"/></pattern>'
        '<clipPath id="round"><rect x="10" y="10" width="80" height="60" rx="20"/></clipPath>'
        '<mask id="fade"><rect width="300" height="200" fill="white" fill-opacity="0.6"/></mask>'
        '<filter id="soft" x="-20%" width="140%"><feGaussianBlur in="SourceGraphic" stdDeviation="3"/>'
        '<feColorMatrix type="matrix" values="1 0 0 0 0 0 1 0 0 0 0 0 1 0 0 0 0 0 1 0"/></filter>'
        '<marker id="tip" viewBox="0 0 10 10" refX="5" refY="5" orient="auto"><path d="M0 0L10 5L0 10z"/>'
        '</marker><symbol id="tree"><path d="M10 0L20 30H0Z" fill="green"/></symbol>'
        '<path id="curve" d="M20,180 C 80,120 160,240 280,150"/></defs>'
        '<rect width="300" height="200" fill="#def"/>'
        '<rect width="100" height="80" fill="url(#dots)" clip-path="url(#round)"/>'
        '<circle cx="230" cy="50" r="30" fill="url(#glow)" filter="url(#soft)"/>'
        '<path class="hill" d="M0 200Q80 90 160 160T300 140V200z" transform="translate(0,-2) scale(1 1.01)"/>'
        '<use href="#tree" x="40" y="120"/><use href="#tree" transform="matrix(1 0 0 1 80 110)"/>'
        '<line x1="10" y1="10" x2="120" y2="60" stroke="black" marker-end="url(#tip)" '
        'stroke-dasharray="4 2"/><polyline points="150,20 160,40 170,20" fill="none" stroke="red"/>'
        '<g mask="url(#fade)" style="fill:rgb(200,10,10);stroke:none"><ellipse cx="150" cy="90" rx="20" '
        'ry="9"/><polygon points="10,90 30,90 20,110"/></g>'
        '<text x="20" y="100" font-family="\'DejaVu Sans\',sans-serif" xml:space="preserve">Up &amp; '
        '<tspan dy="4" fill="#900">away</tspan></text>'
        '<text><textPath href="#curve" startOffset="10%">along the curve</textPath></text>'
        f'<image x="200" y="100" width="20" height="20" href="{DOT}"/>'
        '<svg x="5" y="150" width="20" height="20" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
        '<switch><g systemLanguage="de"><text>Hügel</text></g><g/></switch>'
        '<rect width="4" height="4"><animate attributeName="fill" values="red;url(#shade);rgb(0, 9, 9)" '
        'dur="9s" begin="indefinite"/><animateTransform attributeName="transform" type="rotate" from="0" '
        'to="9" dur="9s" begin="indefinite"/><animateMotion dur="9s" begin="indefinite">'
        '<mpath href="#curve"/></animateMotion><set attributeName="opacity" to="1" begin="0s"/></rect>'
        "</svg>"
    ).encode()


def editor_s() -> bytes:
    """Return the card as drawing programs write it: a prolog, metadata, names of their own, CDATA."""
    card = pictures.drawing_svg().decode().split("</script>")[1]
    return (
        (
            '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!-- Generator: Some Editor 1.0 -->\n'
            '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
            '<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns="http://www.w3.org/2000/svg" '
            'xmlns:e="http://editor.example/ns" xmlns:xlink="http://www.w3.org/1999/xlink" e:version="1" '
            'version="1.1" width="60" height="40">'
            '<metadata><rdf xmlns="http://r.example">Olive</rdf></metadata>'
            '<e:view zoom="2"><rect/></e:view>'
            '<style type="text/css"><![CDATA[ rect { stroke : none } ]]></style>'
            '<defs><g id="e" e:label="layer" data-x="1"/></defs>'
            f'<use xlink:href="#e" xlink:type="simple"/>{card}'
        )
        .replace("</svg>", "</s:svg>\n<!-- end -->")
        .encode()
    )
