-- One row per station and day, as captured for the day.
SELECT
    station.dt,
    station.station_id,
    station.station_name,
    station.captured_at
FROM stage_bikes.station AS station
