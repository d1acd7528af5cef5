"""What a page says by itself while it stands before somebody: seen, and what has become of it."""

import reflex as rx


class Seen(rx.Component):
    """Around what was read; rises with each reading."""

    library = "$/public" + rx.asset("presence.jsx", shared=True)
    tag = "Seen"

    reading: rx.Var[int]
    on_seen: rx.EventHandler[rx.event.no_args_event_spec]


class LookAgain(rx.Component):
    library = "$/public" + rx.asset("presence.jsx", shared=True)
    tag = "LookAgain"

    waiting: rx.Var[bool]
    on_look: rx.EventHandler[rx.event.no_args_event_spec]
