"""Where a request comes from, as far as it can be believed."""

import ipaddress
import re

from starlette.requests import HTTPConnection

from practice.domain import networks

NOWHERE = "0.0.0.0"  # noqa: S104 - a name for what has no address, not listened on

SHARES_OF_A_REGION = 3


def network_of(request: HTTPConnection, trusted_hops: int) -> str:
    """Each trusted proxy adds the address it saw; what stands further left anybody can write.
    A household has a whole /64 of IPv6, so that is what counts as one."""
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",") if trusted_hops else []
    seen = [*(part.strip() for part in said if part.strip()), _peer(request)]
    # Fewer than our proxies: it did not come through them, and its header is nobody's word.
    found = seen[-1 - trusted_hops] if len(seen) > trusted_hops else seen[-1]
    return _network(found) or _network(_peer(request)) or NOWHERE


def network_at(address: str) -> str:
    """What counts as one, of an address as the socket names it."""
    return _network(address) or NOWHERE


def shares_of(network: str) -> dict[str, int]:
    """The networks that are counted with this one, and how many times the share of one address
    each may have: a household's line of IPv6 is one however many networks it holds, and a customer
    of a /48 is a few. In the old kind of addresses the line is the address."""
    site, region = networks.around(network)
    return {network: 1, site: 1, region: SHARES_OF_A_REGION} if site else {network: 1}


def household_of(network: str) -> str:
    """The line that this network is on."""
    return networks.around(network)[0] or network


def _peer(request: HTTPConnection) -> str:
    return request.client.host if request.client else NOWHERE


def _network(address: str) -> str | None:
    # Some proxies name the port as well.
    bracketed = re.fullmatch(r"\[([^]]*)\](?::\d+)?", address)
    with_port = re.fullmatch(r"([\d.]+):\d+", address)
    bare = next((found[1] for found in (bracketed, with_port) if found), address)
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
