"""Acts between actors: PLOVER types, modes and quads; CAMEO codes; the crosswalk between them."""

from detente.ontology.cameo import CameoCode, cameo, cameo_codes
from detente.ontology.plover import ACTS, UNORDERED, Act, Quad, Status, act, strict_plover

__all__ = [
    "ACTS",
    "UNORDERED",
    "Act",
    "CameoCode",
    "Quad",
    "Status",
    "act",
    "cameo",
    "cameo_codes",
    "strict_plover",
]
