package main

import (
	"context"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/labstack/echo/v4"

	"govmedia/sql"
)

// healthz says that the process answers at all.
func (s *server) healthz(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether this node can work: its database answers with the schema it expects.
func (s *server) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 3*time.Second)
	defer cancel()
	if err := s.db.Ping(ctx); err != nil {
		return sql.ErrUnavailable.Because(err)
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}

// metrics answers in the Prometheus text format.
func (s *server) metrics(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentType, "text/plain; version=0.0.4")
	metrics.WritePrometheus(c.Response(), true)
	return nil
}
