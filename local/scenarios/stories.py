"""All stories, by name."""

from local.scenarios import bad_model, drift, endpoint_down, rollback, spike
from local.scenarios.story import Story

STORIES: dict[str, Story] = {
    story.name: story for story in (drift.STORY, endpoint_down.STORY, spike.STORY, bad_model.STORY, rollback.STORY)
}
