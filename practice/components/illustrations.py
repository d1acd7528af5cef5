"""The drawings: the portrait, the tide, the objects on the shelf, the room and the brand mark."""

import reflex as rx

from practice.components import waves

# Static outlines; .f is a fill, .fs a paper fill and .a the accent (public.css).
CUP = (
    '<path class="f" d="M30 56h46v16a18 18 0 0 1-18 18H48a18 18 0 0 1-18-18Z"/>'
    '<path d="M76 62c15-4 17 18-2 18M22 92c4 5 10 7 17 7h28c7 0 13-2 17-7Z"/>'
    '<path class="a" d="M46 44c-7-8 6-12 0-21M59 44c-7-8 6-12 0-21"/>'
)
LAMP = (
    '<path class="f" d="M24 44 36 12h26l12 32Z"/>'
    '<path d="M49 44v46M34 99c2-7 8-9 15-9s13 2 15 9"/>'
    '<path class="a" d="M61 44v13"/><circle class="a" cx="61" cy="60" r="2"/>'
    '<path d="M82 99v-5h42v5M86 94v-5h36v5M82 89h36v-6H82z"/>'
)
CHAIR = (
    '<path class="f" d="M34 76V34c0-13 8-21 20-21h20c12 0 20 8 20 21v42Z"/>'
    '<path class="f" d="M44 76h40v14H44z"/>'
    '<path class="f" d="M44 90V70a11 11 0 0 0-22 0c0 4 2 7 5 9v11Z'
    'M84 90V70a11 11 0 0 1 22 0c0 4-2 7-5 9v11Z"/>'
    '<path d="M34 90v9M94 90v9"/><rect class="a" x="52" y="56" width="24" height="20" rx="6"/>'
)
ROOM = (
    '<path d="M10 160h340"/>'
    '<path class="f" d="M78 136V72c0-17 11-27 27-27h14c16 0 27 10 27 27v64Z"/>'
    '<path class="f" d="M90 136h44v14H90z"/>'
    '<path class="f" d="M90 150v-22a13 13 0 0 0-26 0c0 5 2 8 6 10v12Z'
    'M134 150v-22a13 13 0 0 1 26 0c0 5-2 8-6 10v12Z"/>'
    '<path d="M78 150v10M146 150v10"/>'
    '<path class="fs" d="M226 138V84c0-15 9-23 23-23h12c14 0 23 8 23 23v54Z"/>'
    '<path class="fs" d="M236 138h38v12h-38z"/>'
    '<path class="fs" d="M236 150v-19a11 11 0 0 0-22 0c0 4 2 7 5 9v10Z'
    'M274 150v-19a11 11 0 0 1 22 0c0 4-2 7-5 9v10Z"/>'
    '<path d="M226 150v10M284 150v10M187 160v-26M174 134h26M179 160h16"/>'
    '<path class="a" d="M187 134c-1-14 0-22 1-32M187 120c-8-1-13-6-14-14 9 0 13 5 14 14Z'
    'M188 108c8-1 13-7 13-15-9 1-13 7-13 15Z"/>'
    '<path d="M32 160V40M20 160h24M14 40l9-28h18l9 28Z"/>'
)
MARK = (
    '<path d="M2 6c3.5-5 7 5 10.5 0s6.5-3 8.5-1.5S26 6 30 5"/>'
    '<path opacity=".65" d="M2 11.5c3.5-3 7 3 10.5 0s7-1.5 17.5-.5"/>'
    '<path opacity=".4" d="M2 17c4-1 8 1 12 0h16"/>'
)


def _drawing(view_box: str, inner: str, class_name: str, **attributes: str) -> rx.Component:
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    hidden = {} if "role" in named else {"aria-hidden": "true"}
    markup = {"dangerouslySetInnerHTML": {"__html": inner}}
    return rx.el.svg(
        view_box=view_box, class_name=class_name, custom_attrs={**named, **hidden, **markup}
    )


def mark() -> rx.Component:
    return _drawing("0 0 32 20", MARK, "mark")


def cup() -> rx.Component:
    return _drawing("19 0 132 100", CUP, "object")


def lamp() -> rx.Component:
    return _drawing("23 0 132 100", LAMP, "object")


def chair() -> rx.Component:
    return _drawing("21 0 132 100", CHAIR, "object")


def room() -> rx.Component:
    return _drawing("0 0 360 170", ROOM, "room")


def tide() -> rx.Component:
    """Restless on the left, calm on the right; a phone gets its own, or it would only be squeezed.

    Each is stretched to the width of the page, its lines are not (vector-effect).
    """
    return rx.fragment(
        _drawing(
            "0 0 1440 88", _swell(1440, 1100), class_name="tide broad", preserveAspectRatio="none"
        ),
        _drawing(
            "0 0 480 88", _swell(480, 380), class_name="tide slim", preserveAspectRatio="none"
        ),
    )


def ripple() -> rx.Component:
    """The tide at the head of a bookplate."""
    return _drawing("0 0 440 88", _swell(440, 340), "ripple", preserveAspectRatio="none")


def _swell(width: int, calm_at: int) -> str:
    return "".join(
        f'<path opacity="{opacity}" vector-effect="non-scaling-stroke" '
        f'd="{waves.calming(start, middle, height, calm_at, width)}"/>'
        for start, middle, height, opacity in (
            (-18, 30, 19, 1),
            (-34, 48, 13, 0.6),
            (-22, 64, 8, 0.35),
        )
    )


def portrait(label: str) -> rx.Component:
    """The therapist, and the sea: its lines run on as the thread of the pullover."""
    return _drawing("0 0 440 560", PORTRAIT, "portrait", role="img", aria_label=label)


BODY = (
    "M14 600C18 474 78 424 168 398C180 394 188 386 190 372L266 374"
    "C268 388 276 396 288 399C368 424 424 474 428 600Z"
)
NECK = "M194 280C196 330 197 352 190 372C190 424 262 428 266 374C257 356 254 336 254 300Z"
PORTRAIT = (
    "<defs>"
    '<clipPath id="il-arch"><path d="M0 560V220a220 220 0 0 1 440 0v340Z"/></clipPath>'
    f'<clipPath id="il-body"><path d="{BODY}"/></clipPath>'
    f'<clipPath id="il-neck"><path d="{NECK}"/></clipPath>'
    f'<path id="il-sea" d="{waves.sea(lines=15, top=352, step=15, width=440)}"/>'
    "</defs>"
    '<g clip-path="url(#il-arch)">'
    '<path fill="var(--il-sky)" d="M0 0h440v560H0z"/>'
    '<circle cx="330" cy="250" r="64" fill="var(--il-sun)"/>'
    '<path fill="var(--il-sky)" d="M0 340h440v220H0z"/>'
    '<g fill="none" stroke="var(--il-line)" stroke-width="1.4" opacity=".62">'
    '<path d="M0 340h440"/><use href="#il-sea"/></g>'
    '<circle cx="134" cy="212" r="44" fill="var(--il-hair)"/>'
    '<path fill="var(--il-hair)" d="M150 236C138 150 176 104 232 104C290 104 322 148 312 216'
    'C308 250 300 262 292 268L206 310C174 304 154 270 150 236Z"/>'
    f'<path fill="var(--il-cloth)" d="{BODY}"/>'
    '<g clip-path="url(#il-body)"><use href="#il-sea" fill="none" stroke="var(--il-thread)" '
    'stroke-width="1.4" opacity=".75"/></g>'
    f'<path fill="var(--il-skin)" d="{NECK}"/>'
    '<path fill="var(--il-shade)" clip-path="url(#il-neck)" '
    'd="M170 240C172 300 204 352 238 352C272 350 296 300 300 240Z"/>'
    '<path fill="var(--il-skin)" d="M176 214C174 160 204 132 244 134C288 136 304 172 300 222'
    'C297 268 276 318 240 322C204 322 180 274 176 214Z"/>'
    '<path fill="var(--il-hair)" d="M172 236C160 160 196 112 248 118C286 122 310 150 306 206'
    'C296 168 276 152 250 150C226 180 188 178 182 216C180 226 179 234 177 244Z"/>'
    '<ellipse cx="172" cy="246" rx="14" ry="20" transform="rotate(-10 172 246)" '
    'fill="var(--il-skin)"/>'
    '<path fill="none" stroke="var(--il-hair)" stroke-width="2.6" stroke-linecap="round" '
    'stroke-linejoin="round" d="M204 212C212 203 226 202 234 208M258 208C266 201 280 202 287 209'
    "M207 227C215 234 227 234 233 228M261 228C267 234 278 234 284 227"
    'M250 212C250 232 256 246 259 256C260 262 254 265 248 263"/>'
    '<path fill="none" stroke="var(--il-mouth)" stroke-width="3" stroke-linecap="round" '
    'd="M232 286C240 291 252 291 260 285"/>'
    '<circle cx="174" cy="274" r="5.5" fill="var(--il-accent)"/>'
    "</g>"
)
