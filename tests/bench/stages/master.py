"""The municipal platform's master data: read whole, numbers protected, merged into raw, built into core."""

from bench.measuring import Watch
from bench.place import Place
from realname_sync.pipelines.extract import extract_object
from realname_sync.standards.municipal import municipal_objects


def ours(place: Place, watch: Watch) -> None:
    """All objects, or those of a shard; where they are known already, a read that changes nothing."""
    city = place.city()
    city.engine.connect().close()
    objects = [wanted for wanted in municipal_objects().values() if not wanted.by_day]
    with watch.running() as outcome:
        for wanted in objects[place.shard - 1 :: place.shards]:
            with watch.part(wanted.name):
                counts = extract_object(city, wanted)
            outcome.rows += counts["read"]
            outcome.notes[wanted.name] = counts["read"]
    city.close()
