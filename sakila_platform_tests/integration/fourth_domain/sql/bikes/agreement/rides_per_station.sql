-- One row per station: the rides that began there, as the marts count them.
SELECT
    station_name,
    rides
FROM marts.stations
