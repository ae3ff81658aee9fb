"""Names: the elements, attributes and CSS properties of SVG that draw, describe or move, and do no more.

From the tables of SVG 1.1, SVG 2 and Filter Effects. Not listed, so removed: what runs or embeds (`script`,
`handler`, `foreignObject`, `iframe`), what identifies (`metadata`), what no browser draws any more (SVG's
own fonts), `data-*` (scripts of a page that inlines the drawing obey it), and links.
"""

from __future__ import annotations


def read_words(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


ELEMENTS = read_words(
    """
    a circle clipPath defs desc ellipse filter g image line linearGradient marker mask mpath path pattern
    polygon polyline radialGradient rect stop style svg switch symbol text textPath title tspan use
    animate animateMotion animateTransform set
    feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
    feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur
    feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile
    feTurbulence
    """
)
# Text anywhere else is not drawn.
TEXT_ELEMENTS = frozenset({"desc", "text", "textPath", "title", "tspan"})

_GEOMETRY = read_words(
    """
    clipPathUnits cx cy d dx dy fr fx fy gradientTransform gradientUnits height lengthAdjust markerHeight
    markerUnits markerWidth maskContentUnits maskUnits method offset orient pathLength patternContentUnits
    patternTransform patternUnits points preserveAspectRatio r refX refY rotate rx ry side spacing
    spreadMethod startOffset textLength transform viewBox width x x1 x2 y y1 y2
    """
)
_FILTERS = read_words(
    """
    amplitude azimuth baseFrequency bias diffuseConstant divisor edgeMode elevation exponent filterRes
    filterUnits in in2 intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength limitingConeAngle mode numOctaves
    operator order pointsAtX pointsAtY pointsAtZ preserveAlpha primitiveUnits radius result scale seed slope
    specularConstant specularExponent stdDeviation stitchTiles surfaceScale tableValues targetX targetY type
    values xChannelSelector yChannelSelector z
    """
)
_PRESENTATION = read_words(
    """
    alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation
    color-interpolation-filters color-rendering cursor direction display dominant-baseline enable-background
    fill fill-opacity fill-rule filter flood-color flood-opacity font font-family font-size font-size-adjust
    font-stretch font-style font-variant font-weight glyph-orientation-horizontal glyph-orientation-vertical
    image-rendering kerning letter-spacing lighting-color marker marker-end marker-mid marker-start mask
    mask-type mix-blend-mode opacity overflow paint-order pointer-events shape-rendering stop-color
    stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-opacity stroke-width text-anchor text-decoration text-overflow text-rendering transform-box
    transform-origin unicode-bidi vector-effect visibility white-space word-spacing writing-mode
    """
)
_TIMING = read_words(
    """
    accumulate additive attributeType begin calcMode dur end keyPoints keySplines keyTimes max min origin
    path repeatCount repeatDur restart
    """
)

# What an animation may change: never where something points, nor a style as a whole.
ANIMATABLE = _GEOMETRY | _FILTERS | _PRESENTATION
TRANSFORMS = frozenset({"gradientTransform", "patternTransform", "transform"})
# Attributes whose values are numbers, words, and CSS values.
VALUES = ANIMATABLE | _TIMING | {"baseProfile", "systemLanguage", "version", "zoomAndPan"}
# Several values, with semicolons between them.
VALUE_LISTS = frozenset({"by", "from", "to", "values"})
# Said, and never looked up or carried out.
TEXTS = frozenset({"class", "id", "lang", "role"})

PROPERTIES = (
    _PRESENTATION
    | frozenset({"cx", "cy", "d", "height", "r", "rx", "ry", "transform", "width", "x", "y"})
    | read_words(
        """
        animation animation-composition animation-delay animation-direction animation-duration
        animation-fill-mode animation-iteration-count animation-name animation-play-state
        animation-timing-function backface-visibility background background-color color-scheme
        font-feature-settings font-kerning font-optical-sizing font-variant-caps font-variant-ligatures
        font-variant-numeric font-variation-settings isolation line-height offset-distance offset-path
        offset-rotate perspective text-align text-indent text-orientation text-transform transform-style
        transition transition-delay transition-duration transition-property transition-timing-function
        will-change
        """
    )
)
