//go:build !amd64

package parquet

// snappyLanes makes the steps of decodeTogether.
func snappyLanes(lanes *[snappyParts]snappyLane, k, n int, t *snappySteps) (stuck int) {
	return snappyLanesInGo(lanes, k, n, t)
}
