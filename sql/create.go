package sql

import (
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// create reads CREATE.
func (p *parser) create(start int32) logical.Plan {
	p.pos++
	if p.atNamespace() {
		return p.createDatabase(start)
	}
	orReplace := p.acceptSeq(kwOR, kwREPLACE)
	global := p.accept(kwGLOBAL)
	temporary := p.accept(kwTEMPORARY) || p.accept(kwTEMP)
	switch {
	case p.accept(kwVIEW):
		return p.createView(start, logical.CreateView{OrReplace: orReplace, Global: global, Temporary: temporary})
	case global:
		p.unexpected("VIEW")
		return nil
	case p.accept(kwFUNCTION):
		return p.createFunction(start, logical.CreateFunction{OrReplace: orReplace, Temporary: temporary})
	case p.accept(kwTABLE):
		return p.createTable(start, tableHead{orReplace: orReplace, temporary: temporary})
	case p.atSeq(kwEXTERNAL, kwTABLE):
		p.pos += 2
		return p.createTable(start, tableHead{orReplace: orReplace, temporary: temporary, external: true})
	case p.atAny(kwMATERIALIZED, kwSTREAMING, kwFLOW):
		p.skipToEnd()
		return p.unsupportedPlan("CREATE_PIPELINE_DATASET_QUERY_EXECUTION", start)
	case p.atAny(kwROLE, kwINDEX, kwMACRO):
		p.skipToEnd()
		return p.unsupportedPlan("HIVE_COMMAND", start)
	}
	p.unexpected("TABLE, VIEW, FUNCTION or DATABASE")
	return nil
}

func (p *parser) createDatabase(start int32) logical.Plan {
	p.pos++
	d := &logical.CreateDatabase{IfNotExists: p.ifNotExists()}
	d.Name = p.reference()
	for p.err == nil {
		switch {
		case p.accept(kwCOMMENT):
			d.Comment = p.stringLit()
		case p.accept(kwLOCATION):
			d.Location = p.stringLit()
		case p.acceptSeq(kwWITH, kwDBPROPERTIES), p.acceptSeq(kwWITH, kwPROPERTIES):
			d.Properties = p.properties()
		case p.acceptSeq(kwDEFAULT, kwCOLLATION):
			p.defaultCollation()
		default:
			d.Base = p.base(start)
			return d
		}
	}
	return d
}

// defaultCollation reads the name behind DEFAULT COLLATION.
func (p *parser) defaultCollation() {
	start := p.start()
	if name := p.ident(); !equalFold(name, "UTF8_BINARY") {
		p.unsupported("COLLATION", start, "The collation %s is not supported yet; strings compare as UTF8_BINARY.", name)
	}
}

// createView reads what follows CREATE … VIEW.
func (p *parser) createView(start int32, v logical.CreateView) logical.Plan {
	v.IfNotExists = p.ifNotExists()
	v.Name = p.reference()
	if v.Temporary && (p.at(kwUSING) || p.at(tokLParen) && p.typedColumns()) {
		return p.createViewUsing(start, &v)
	}
	if p.at(tokLParen) {
		p.viewColumns(&v)
	}
	metrics := false
	for p.err == nil {
		switch {
		case p.accept(kwCOMMENT):
			v.Comment = p.stringLit()
			continue
		case p.accept(kwTBLPROPERTIES):
			v.Properties = p.properties()
			continue
		case p.acceptSeq(kwWITH, kwSCHEMA):
			p.schemaBinding()
			continue
		case p.acceptSeq(kwDEFAULT, kwCOLLATION):
			p.defaultCollation()
			continue
		case p.acceptSeq(kwPARTITIONED, kwON):
			p.identList()
			continue
		case p.acceptSeq(kwWITH, kwMETRICS):
			metrics = true
			continue
		case p.accept(kwLANGUAGE):
			p.ident()
			continue
		}
		break
	}
	p.expect(kwAS)
	if p.at(tokDollar) && metrics {
		p.pos++
		return p.unsupportedPlan("METRIC_VIEW", start)
	}
	at := p.start()
	v.Query = p.query()
	v.Text = p.source(at)
	v.Base = p.base(start)
	return &v
}

func (p *parser) schemaBinding() {
	if p.acceptSeq(kwTYPE, kwEVOLUTION) {
		return
	}
	if _, ok := p.acceptAny(kwBINDING, kwCOMPENSATION, kwEVOLUTION); !ok {
		p.unexpected("BINDING, COMPENSATION, EVOLUTION or TYPE EVOLUTION")
	}
}

// typedColumns tells (a INT, …) from (a, b COMMENT 'c').
func (p *parser) typedColumns() bool {
	return p.isIdent(p.peek(1)) && p.peek(2) != tokComma && p.peek(2) != tokRParen && p.peek(2) != kwCOMMENT
}

func (p *parser) viewColumns(v *logical.CreateView) {
	p.expect(tokLParen)
	commented := false
	for {
		v.Columns = append(v.Columns, p.ident())
		comment := ""
		if p.accept(kwCOMMENT) {
			comment, commented = p.stringLit(), true
		}
		v.Comments = append(v.Comments, comment)
		if !p.accept(tokComma) {
			break
		}
	}
	if !commented {
		v.Comments = nil
	}
	p.expect(tokRParen)
}

// createViewUsing reads CREATE TEMPORARY VIEW v [(columns)] USING format [OPTIONS (…)].
func (p *parser) createViewUsing(start int32, v *logical.CreateView) logical.Plan {
	if p.accept(tokLParen) {
		v.Schema = p.colTypes(false)
		p.expect(tokRParen)
	}
	p.expect(kwUSING)
	v.Using = p.provider()
	if p.accept(kwOPTIONS) {
		v.Options = p.properties()
	}
	v.Base = p.base(start)
	return v
}

// provider takes the name of a format.
func (p *parser) provider() string { return strings.Join(p.multipart(), ".") }

// tableHead is what stood before the name in CREATE TABLE.
type tableHead struct{ orReplace, replace, temporary, external bool }

// createTable reads what follows CREATE TABLE and REPLACE TABLE.
func (p *parser) createTable(start int32, head tableHead) logical.Plan {
	t := &logical.CreateTable{OrReplace: head.orReplace, Replace: head.replace}
	t.IfNotExists = p.ifNotExists()
	t.Name = p.reference()
	if p.accept(kwLIKE) {
		t.Like = p.reference()
	} else if p.at(tokLParen) && !p.queryStartsAt(1) {
		if f := p.tableElements(t); f != "" && p.err == nil {
			p.skipToEnd()
			return p.unsupportedPlan(f, start)
		}
	}
	if p.accept(kwUSING) {
		t.Using = p.provider()
	}
	if f := p.tableClauses(t); f != "" && p.err == nil {
		p.skipToEnd()
		return p.unsupportedPlan(f, start)
	}
	if p.accept(kwAS) || p.queryStartsAt(0) {
		t.Query = p.query()
	}
	if head.temporary && p.err == nil {
		return p.unsupportedPlan("TEMPORARY_TABLE", start)
	}
	t.Base = p.base(start)
	return t
}

// tableElements reads (columns and constraints); it returns the feature that is not executed, if there is one.
func (p *parser) tableElements(t *logical.CreateTable) (feature string) {
	p.expect(tokLParen)
	for {
		if p.constraintAhead() {
			p.constraint()
			feature = "TABLE_OPERATION"
		} else {
			c, f := p.columnDef()
			t.Columns = append(t.Columns, c)
			if f != "" {
				feature = f
			}
		}
		if !p.accept(tokComma) {
			break
		}
	}
	p.expect(tokRParen)
	return feature
}

func (p *parser) constraintAhead() bool {
	switch p.kind() {
	case kwCONSTRAINT:
		return p.isIdent(p.peek(1)) && p.atConstraint(2)
	case kwCHECK, kwUNIQUE, kwPRIMARY, kwFOREIGN:
		return p.atConstraint(0)
	}
	return false
}

func (p *parser) atConstraint(n int) bool {
	switch p.peek(n) {
	case kwCHECK, kwUNIQUE:
		return p.peek(n+1) == tokLParen
	case kwPRIMARY, kwFOREIGN:
		return p.peek(n+1) == kwKEY
	}
	return false
}

// constraint reads a constraint, which is not kept.
func (p *parser) constraint() {
	if p.accept(kwCONSTRAINT) {
		p.ident()
	}
	switch {
	case p.accept(kwCHECK):
		p.expect(tokLParen)
		p.expression()
		p.expect(tokRParen)
	case p.acceptSeq(kwPRIMARY, kwKEY), p.accept(kwUNIQUE):
		if p.at(tokLParen) {
			p.identList()
		}
	case p.acceptSeq(kwFOREIGN, kwKEY):
		p.identList()
		p.expect(kwREFERENCES)
		p.references()
	case p.accept(kwREFERENCES):
		p.references()
	default:
		p.unexpected("a constraint")
	}
	for {
		if p.acceptSeq(kwNOT, kwENFORCED) {
			continue
		}
		if _, ok := p.acceptAny(kwENFORCED, kwRELY, kwNORELY); !ok {
			return
		}
	}
}

func (p *parser) references() {
	p.multipart()
	if p.at(tokLParen) {
		p.identList()
	}
}

// columnDef reads a column of CREATE TABLE or a parameter of CREATE FUNCTION, and the feature in it that is not executed.
func (p *parser) columnDef() (c logical.ColumnDef, feature string) {
	c.Name = p.ident()
	c.Type = p.dataType()
	for p.err == nil {
		switch {
		case p.acceptSeq(kwNOT, kwNULL), p.acceptSeq(tokBang, kwNULL):
			c.NotNull = true
		case p.accept(kwDEFAULT):
			c.Default = p.expression()
		case p.accept(kwCOMMENT):
			c.Comment = p.stringLit()
		case p.at(kwGENERATED):
			p.generated()
			feature = "TABLE_OPERATION"
		case p.atAny(kwCONSTRAINT, kwCHECK, kwUNIQUE, kwPRIMARY, kwREFERENCES):
			p.constraint()
			feature = "TABLE_OPERATION"
		default:
			return c, feature
		}
	}
	return c, feature
}

// generated reads GENERATED … AS (expr) and AS IDENTITY (…).
func (p *parser) generated() {
	p.pos++
	if !p.accept(kwALWAYS) {
		p.expect(kwBY, kwDEFAULT)
	}
	p.expect(kwAS)
	if p.accept(tokLParen) {
		p.expression()
		p.expect(tokRParen)
		return
	}
	p.expect(kwIDENTITY)
	if !p.accept(tokLParen) {
		return
	}
	for p.acceptSeq(kwSTART, kwWITH) || p.acceptSeq(kwINCREMENT, kwBY) {
		p.number()
	}
	p.expect(tokRParen)
}

// tableClauses reads what may follow the columns in any order; it returns the feature that is not executed, if there is one.
func (p *parser) tableClauses(t *logical.CreateTable) (feature string) {
	for p.err == nil {
		switch {
		case p.accept(kwUSING):
			t.Using = p.provider()
		case p.accept(kwOPTIONS):
			t.Options = p.properties()
		case p.acceptSeq(kwPARTITIONED, kwBY):
			if f := p.partitionFields(t); f != "" {
				feature = f
			}
		case p.accept(kwLOCATION):
			t.Location = p.stringLit()
		case p.accept(kwCOMMENT):
			t.Comment = p.stringLit()
		case p.accept(kwTBLPROPERTIES):
			t.Properties = p.properties()
		case p.acceptSeq(kwDEFAULT, kwCOLLATION):
			p.defaultCollation()
		case p.acceptSeq(kwSTORED, kwAS):
			if f := p.storedAs(t); f != "" {
				feature = f
			}
		case p.acceptSeq(kwSTORED, kwBY), p.acceptSeq(kwROW, kwFORMAT), p.acceptSeq(kwSKEWED, kwBY):
			p.skipToEnd()
			return "HIVE_FORMAT"
		case p.acceptSeq(kwCLUSTERED, kwBY):
			p.buckets()
		case p.acceptSeq(kwCLUSTER, kwBY):
			p.expect(tokLParen)
			p.multipart()
			for p.accept(tokComma) {
				p.multipart()
			}
			p.expect(tokRParen)
		default:
			return feature
		}
	}
	return feature
}

// buckets reads (a, b) [SORTED BY (c)] INTO n BUCKETS; the layout is a hint that is not kept.
func (p *parser) buckets() {
	p.identList()
	if p.acceptSeq(kwSORTED, kwBY) {
		p.expect(tokLParen)
		for {
			p.ident()
			p.acceptAny(kwASC, kwDESC)
			if !p.accept(tokComma) {
				break
			}
		}
		p.expect(tokRParen)
	}
	p.expect(kwINTO)
	p.smallInt()
	p.expect(kwBUCKETS)
}

// storedAs reads a file format: the name of one of ours, or Hive's classes.
func (p *parser) storedAs(t *logical.CreateTable) string {
	if p.accept(kwINPUTFORMAT) {
		p.stringLit()
		p.expect(kwOUTPUTFORMAT)
		p.stringLit()
		return "HIVE_FORMAT"
	}
	switch name := p.ident(); strings.ToLower(name) {
	case "parquet", "json", "csv", "orc", "avro":
		t.Using = name
		return ""
	}
	return "HIVE_FORMAT"
}

// partitionFields reads (a, b INT, years(c)).
func (p *parser) partitionFields(t *logical.CreateTable) (feature string) {
	p.expect(tokLParen)
	for {
		name := p.multipart()
		t.PartitionedBy = append(t.PartitionedBy, strings.Join(name, "."))
		switch {
		case p.accept(tokLParen):
			for !p.at(tokRParen) && !p.at(tokEOF) {
				p.pos++
			}
			p.expect(tokRParen)
			feature = "PARTITION_TRANSFORM"
		case p.atIdent():
			c := logical.ColumnDef{Name: name[0], Type: p.dataType()}
			c.NotNull = p.acceptSeq(kwNOT, kwNULL)
			if p.accept(kwCOMMENT) {
				c.Comment = p.stringLit()
			}
			t.Columns = append(t.Columns, c)
		}
		if !p.accept(tokComma) {
			break
		}
	}
	p.expect(tokRParen)
	return feature
}

// properties reads ('a.b' = 'c', d = 1, e 'f').
func (p *parser) properties() map[string]string {
	p.expect(tokLParen)
	out := map[string]string{}
	for {
		var key string
		if p.isString(p.kind()) {
			key = unquote(p.tokenText(p.advance()))
		} else {
			key = p.provider()
		}
		p.accept(tokEq)
		out[key] = p.propertyValue()
		if !p.accept(tokComma) {
			break
		}
	}
	p.expect(tokRParen)
	return out
}

func (p *parser) propertyValue() string {
	switch k := p.kind(); {
	case k == tokComma || k == tokRParen:
		return ""
	case p.isString(k):
		return p.stringLit()
	case k == kwTRUE || k == kwFALSE:
		return strings.ToLower(p.tokenText(p.advance()))
	case isNumber(k), k == tokMinus && isNumber(p.peek(1)):
		start := p.start()
		p.number()
		return p.source(start)
	}
	start := p.start()
	if text, ok := constantText(p.expression()); ok {
		return text
	}
	p.unsupported("OPTION_EXPRESSION", start, "Only literals are supported as the values of options.")
	return ""
}

// createFunction reads what follows CREATE FUNCTION.
func (p *parser) createFunction(start int32, f logical.CreateFunction) logical.Plan {
	f.IfNotExists = p.ifNotExists()
	f.Name = p.reference()
	if f.OrReplace && f.IfNotExists {
		p.failf("INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", p.from(start), "Invalid SQL syntax: Cannot create a routine with both IF NOT EXISTS and REPLACE specified.")
	}
	if p.accept(kwAS) { // a class of Java
		p.stringLit()
		p.skipToEnd()
		return p.unsupportedPlan("JAVA_FUNCTION", start)
	}
	p.routine(&f)
	f.Base = p.base(start)
	return &f
}

// routine reads parameters, characteristics and body of a function. Their places say that they are in the function, for the statements that
// call it.
func (p *parser) routine(f *logical.CreateFunction) {
	outer := p.opts.Origin
	p.opts.Origin = &sqlerr.Origin{Name: "function " + strings.Join(f.Name, "."), Text: p.text}
	defer func() {
		p.opts.Origin = outer
		if p.err != nil {
			p.err.Pos.In = outer
		}
	}()
	p.expect(tokLParen)
	if !p.at(tokRParen) {
		for {
			c, _ := p.columnDef()
			f.Params = append(f.Params, c)
			if !p.accept(tokComma) {
				break
			}
		}
	}
	p.expect(tokRParen)
	if p.at(kwRETURNS) && p.peek(1) != kwNULL {
		p.pos++
		p.returns(f)
	}
	p.characteristics(f)
	p.expect(kwRETURN)
	if p.queryStartsAt(0) && !p.at(tokLParen) {
		f.Query = p.query()
	} else {
		f.Body = p.expression()
		if s, ok := f.Body.(*expr.Subquery); ok && f.IsTable && s.Kind == expr.ScalarSubquery {
			f.Query, f.Body = s.Query.(logical.Plan), nil
		}
	}
}

func (p *parser) returns(f *logical.CreateFunction) {
	if !p.at(kwTABLE) {
		f.Returns = typePointer(p.dataType())
		return
	}
	p.pos++
	f.IsTable = true
	if p.accept(tokLParen) {
		f.Table = types.Schema(p.colTypes(false))
		p.expect(tokRParen)
	}
}

// characteristics reads LANGUAGE SQL, DETERMINISTIC, COMMENT and their kin.
func (p *parser) characteristics(f *logical.CreateFunction) {
	for p.err == nil {
		switch {
		case p.accept(kwLANGUAGE):
			start := p.start()
			if name := p.ident(); !equalFold(name, "SQL") {
				p.unsupported("FUNCTION_LANGUAGE", start, "Functions in the language %s are not supported.", name)
			}
		case p.accept(kwSPECIFIC):
			p.ident()
		case p.accept(kwDETERMINISTIC), p.acceptSeq(kwNOT, kwDETERMINISTIC), p.acceptSeq(kwNO, kwSQL), p.acceptSeq(kwCONTAINS, kwSQL),
			p.acceptSeq(kwREADS, kwSQL, kwDATA), p.acceptSeq(kwMODIFIES, kwSQL, kwDATA), p.acceptSeq(kwRETURNS, kwNULL, kwON, kwNULL, kwINPUT),
			p.acceptSeq(kwCALLED, kwON, kwNULL, kwINPUT), p.acceptSeq(kwSQL, kwSECURITY, kwINVOKER), p.acceptSeq(kwSQL, kwSECURITY, kwDEFINER):
		case p.accept(kwCOMMENT):
			f.Comment = p.stringLit()
		case p.acceptSeq(kwDEFAULT, kwCOLLATION):
			p.defaultCollation()
		default:
			return
		}
	}
}

// drop reads DROP.
func (p *parser) drop(start int32) logical.Plan {
	p.pos++
	switch {
	case p.atNamespace():
		p.pos++
		d := &logical.CreateDatabase{Drop: true, IfExists: p.ifExists()}
		d.Name = p.reference()
		if !p.accept(kwRESTRICT) {
			d.Cascade = p.accept(kwCASCADE)
		}
		d.Base = p.base(start)
		return d
	case p.atAny(kwTABLE, kwVIEW):
		d := &logical.DropTable{View: p.advance().kind == kwVIEW, IfExists: p.ifExists()}
		d.Name = p.reference()
		d.Purge = !d.View && p.accept(kwPURGE)
		d.Base = p.base(start)
		return d
	case p.at(kwFUNCTION), p.atAny(kwTEMPORARY, kwTEMP) && p.peek(1) == kwFUNCTION:
		f := &logical.CreateFunction{Drop: true, Temporary: !p.at(kwFUNCTION)}
		if f.Temporary {
			p.pos++
		}
		p.pos++
		f.IfExists = p.ifExists()
		f.Name = p.reference()
		f.Base = p.base(start)
		return f
	case p.atAny(kwTEMPORARY, kwTEMP) && (p.peek(1) == kwVARIABLE || p.peek(1) == kwVAR):
		p.pos += 2
		d := &logical.DeclareVariable{Drop: true, IfExists: p.ifExists()}
		d.Names = []string{variableName(p.reference())}
		d.Base = p.base(start)
		return d
	case p.atAny(kwROLE, kwINDEX, kwTEMPORARY, kwTEMP):
		p.skipToEnd()
		return p.unsupportedPlan("HIVE_COMMAND", start)
	}
	p.unexpected("TABLE, VIEW, FUNCTION, DATABASE or TEMPORARY VARIABLE")
	return nil
}
