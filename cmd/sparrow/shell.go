package main

import (
	"context"

	"github.com/sparrow-engine/sparrow"
)

// runShell reads statements from a terminal.
func runShell(ctx context.Context, s *sparrow.Session, p *printer) error {
	return nil
}
