"""The networks around an address: what one household or one small provider holds."""

import ipaddress

# Of IPv6, a household's line has up to a /56 and a customer up to a /48.
SITE, REGION = 56, 48
# Of IPv4, where an address is a line; its neighbours are the provider's.
NEIGHBOURS = 24


def around(network: str) -> tuple[str, str]:
    """The site and the region; nothing where there is no such thing. In the old kind of addresses
    the line is the address itself."""
    bare = ipaddress.ip_network(network, strict=False)
    if isinstance(bare, ipaddress.IPv4Network):
        return "", str(bare.supernet(new_prefix=NEIGHBOURS))
    return str(bare.supernet(new_prefix=SITE)), str(bare.supernet(new_prefix=REGION))
