package parquet

// snappyLanes is snappyLanesInGo with all lanes in registers, in half of its time.
//
//go:noescape
func snappyLanes(lanes *[snappyParts]snappyLane, k, n int, t *snappySteps) (stuck int)
