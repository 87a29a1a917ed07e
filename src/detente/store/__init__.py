"""The store: a folder of immutable Parquet parts and a manifest that is replaced in one step."""

from detente.store.store import Kept, Snapshot, Store

__all__ = ["Kept", "Snapshot", "Store"]
