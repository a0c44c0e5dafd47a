package sparrow

import (
	"errors"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"sync/atomic"

	"github.com/sparrow-engine/sparrow/config"
	"github.com/sparrow-engine/sparrow/exec"
	"github.com/sparrow-engine/sparrow/exec/metrics"
	"github.com/sparrow-engine/sparrow/logical"
)

// testSetting returns the number of a chaos mode, 0 if it is off.
func (st *statement) testSetting(key string) int64 {
	n, _ := strconv.ParseInt(st.conf.Get(key), 10, 64)
	return n
}

// errChaos is the I/O error of config.TestFail.
var errChaos = errors.New("the test disturbs the reading")

// chaos returns what disturbs a query, nil unless a test asks for it. cancel ends the query.
func (st *statement) chaos(cancel func()) *exec.Chaos {
	fail, stop, refuse := st.testSetting(config.TestFail), st.testSetting(config.TestCancel), st.testSetting(config.TestRefuse)
	if fail == 0 && stop == 0 && refuse == 0 {
		return nil
	}
	var events, asked atomic.Int64
	return &exec.Chaos{
		Interrupt: func() error {
			switch n := events.Add(1); n {
			case fail:
				metrics.FailedRead.Happened()
				return errChaos
			case stop:
				metrics.CancelledRead.Happened()
				cancel()
			}
			return nil
		},
		Refuse: func(int64) bool {
			if refuse == 0 || asked.Add(1)%refuse != 0 {
				return false
			}
			metrics.RefusedMemory.Happened()
			return true
		},
	}
}

// distortion falsifies estimates, the same way whenever it sees the same plan.
func (st *statement) distortion() func(logical.Plan, float64) float64 {
	seed := st.testSetting(config.TestEstimates)
	if seed == 0 {
		return nil
	}
	return func(p logical.Plan, rows float64) float64 {
		h := fnv.New64a()
		h.Write([]byte(logical.FormatNode(p)))
		r := rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
		exponent := 6*r.Float64() - 3
		if math.Abs(exponent) > math.Log10(2) {
			metrics.FalseEstimate.Happened()
		}
		return rows * math.Pow(10, exponent)
	}
}
