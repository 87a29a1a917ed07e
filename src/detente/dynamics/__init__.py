"""How acts call forth acts: counted rules, who comes next, the chance within a window, and why."""

from detente.dynamics.additive import Additive, Curve
from detente.dynamics.hazard import Acts, Units
from detente.dynamics.outlook import Outlook
from detente.dynamics.recurrency import Recurrency

__all__ = ["Acts", "Additive", "Curve", "Outlook", "Recurrency", "Units"]
