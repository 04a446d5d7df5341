-- One row per horror title, person and role.
SELECT
    part.title_id,
    part.person_id,
    part.role
FROM refined_catalogue.fact_participation AS part
