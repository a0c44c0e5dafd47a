package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

const timeoutOfTest = 10 * time.Second

// TestMain is an engine when TestProcess starts it.
func TestMain(m *testing.M) {
	if os.Getenv("PEERS_TEST_ENGINE") == "" {
		os.Exit(m.Run())
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch line := in.Text(); {
		case strings.Contains(line, "stats"):
			fmt.Println(`{"allocated_bytes":7,"cpu_seconds":2,"gc_cpu_seconds":1}`)
		case strings.Contains(line, "die"):
			os.Exit(3)
		case strings.Contains(line, "hang"):
			time.Sleep(time.Minute)
		default:
			fmt.Println(`{"types":["int"],"rows":[["1"]],"seconds":0.5}`)
		}
	}
}
