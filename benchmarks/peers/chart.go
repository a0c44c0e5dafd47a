package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Colors that stay apart for eyes with a color weakness (Okabe and Ito).
var colors = []string{"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9"}

// Sizes of the chart in pixels.
const (
	chartHeight = 240
	chartTop    = 40
	chartLeft   = 50
	barWidth    = 9
	barGap      = 8 // between queries
)

// chart draws the ratios to the first engine as an SVG of bars, a group for each query and one for the geometric means, upwards where the
// first engine is faster. The scale is logarithmic: twice as fast and half as fast are equally far from 1.
func chart(p *report) string {
	low, high := chartRange(p)
	y := func(ratio float64) float64 {
		return chartTop + chartHeight*(high-math.Log2(ratio))/(high-low)
	}
	groups := len(p.Queries) + 1
	step := barWidth*(len(p.Engines)-1) + barGap
	for _, m := range p.Queries {
		step = max(step, 7*len(m.Query)+barGap) // a name has room below its bars
	}
	width := max(chartLeft+groups*step+50, chartLeft+130*len(p.Engines))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">`+"\n", width, chartTop+chartHeight+30)
	fmt.Fprintln(&b, `<rect width="100%" height="100%" fill="white"/>`)
	for l := low; l <= high; l++ {
		at, stroke := y(math.Exp2(l)), "#ddd"
		if l == 0 {
			stroke = "#000"
		}
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="%s"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n",
			chartLeft, width, at, at, stroke, chartLeft-5, at+4, math.Exp2(l))
	}
	for i, e := range p.Engines[1:] {
		color, x := colors[i%len(colors)], chartLeft+130*i
		fmt.Fprintf(&b, `<rect x="%d" y="12" width="10" height="10" fill="%s"/><text x="%d" y="21">%s / %s</text>`+"\n",
			x, color, x+14, html.EscapeString(e.Engine), html.EscapeString(p.Engines[0].Engine))
	}
	for g := range groups {
		name := "geomean"
		if g < len(p.Queries) {
			name = p.Queries[g].Query
		}
		left := chartLeft + barGap + g*step
		for i := range p.Engines[1:] {
			ratio := p.Engines[i+1].Geomean
			if g < len(p.Queries) {
				ratio = p.Queries[g].Results[i+1].Ratio
			}
			if ratio > 0 {
				top, bottom := min(y(ratio), y(1)), max(y(ratio), y(1))
				fmt.Fprintf(&b, `<rect x="%d" y="%.1f" width="%d" height="%.1f" fill="%s"><title>%s %s %.2f</title></rect>`+"\n", left+i*barWidth, top, barWidth-1,
					bottom-top, colors[i%len(colors)], html.EscapeString(name), html.EscapeString(p.Engines[i+1].Engine), ratio)
			}
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`+"\n", left, chartTop+chartHeight+18, html.EscapeString(name))
	}
	return b.String() + "</svg>\n"
}

// chartRange returns the powers of two that hold all ratios.
func chartRange(p *report) (low, high float64) {
	low, high = -1, 1
	for _, m := range p.Queries {
		for _, r := range m.Results[1:] {
			if r.Ratio > 0 {
				l := math.Log2(r.Ratio)
				low, high = min(low, math.Floor(l)), max(high, math.Ceil(l))
			}
		}
	}
	return low, high
}
