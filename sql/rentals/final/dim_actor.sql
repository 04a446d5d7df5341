-- One row per actor and day, as captured for the day.
SELECT
    actor.dt,
    actor.actor_id,
    actor.first_name,
    actor.last_name,
    concat(actor.first_name, ' ', actor.last_name) AS full_name,
    actor.captured_at
FROM stage_sakila.actor AS actor
