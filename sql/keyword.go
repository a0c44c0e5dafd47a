package sql

// The keywords of Spark 4.3, in alphabetical order: the lexer searches the names between the two bounds of a first letter.
const (
	kwADD kind = iota + 1
	kwAFTER
	kwAGGREGATE
	kwALIGN
	kwALL
	kwALTER
	kwALWAYS
	kwANALYZE
	kwAND
	kwANTI
	kwANY
	kwANY_VALUE
	kwAPPLY
	kwAPPROX
	kwARCHIVE
	kwARRAY
	kwAS
	kwASC
	kwASENSITIVE
	kwASOF
	kwAT
	kwATOMIC
	kwAUTHORIZATION
	kwAUTO
	kwBEGIN
	kwBERNOULLI
	kwBETWEEN
	kwBIGINT
	kwBIN
	kwBINARY
	kwBINDING
	kwBIN_DISTRIBUTE_RATIO
	kwBIN_END
	kwBIN_START
	kwBOOLEAN
	kwBOTH
	kwBUCKET
	kwBUCKETS
	kwBY
	kwBYTE
	kwCACHE
	kwCALL
	kwCALLED
	kwCASCADE
	kwCASE
	kwCAST
	kwCATALOG
	kwCATALOGS
	kwCDC
	kwCHANGE
	kwCHANGES
	kwCHAR
	kwCHARACTER
	kwCHECK
	kwCLEAR
	kwCLOSE
	kwCLUSTER
	kwCLUSTERED
	kwCODEGEN
	kwCOLLATE
	kwCOLLATION
	kwCOLLATIONS
	kwCOLLECTION
	kwCOLUMN
	kwCOLUMNS
	kwCOMMENT
	kwCOMMIT
	kwCOMPACT
	kwCOMPACTIONS
	kwCOMPENSATION
	kwCOMPUTE
	kwCONCATENATE
	kwCONDITION
	kwCONSTRAINT
	kwCONTAINS
	kwCONTINUE
	kwCOST
	kwCREATE
	kwCROSS
	kwCUBE
	kwCURRENT
	kwCURRENT_DATABASE
	kwCURRENT_DATE
	kwCURRENT_PATH
	kwCURRENT_SCHEMA
	kwCURRENT_TIME
	kwCURRENT_TIMESTAMP
	kwCURRENT_USER
	kwCURSOR
	kwDATA
	kwDATABASE
	kwDATABASES
	kwDATE
	kwDATEADD
	kwDATEDIFF
	kwDATE_ADD
	kwDATE_DIFF
	kwDAY
	kwDAYOFYEAR
	kwDAYS
	kwDBPROPERTIES
	kwDEC
	kwDECIMAL
	kwDECLARE
	kwDEFAULT
	kwDEFAULT_PATH
	kwDEFINED
	kwDEFINER
	kwDELAY
	kwDELETE
	kwDELIMITED
	kwDESC
	kwDESCRIBE
	kwDETERMINISTIC
	kwDFS
	kwDIRECTORIES
	kwDIRECTORY
	kwDISTANCE
	kwDISTINCT
	kwDISTRIBUTE
	kwDIV
	kwDO
	kwDOUBLE
	kwDROP
	kwELSE
	kwELSEIF
	kwEND
	kwENFORCED
	kwERROR
	kwESCAPE
	kwESCAPED
	kwEVOLUTION
	kwEXACT
	kwEXCEPT
	kwEXCHANGE
	kwEXCLUDE
	kwEXCLUSIVE
	kwEXECUTE
	kwEXISTS
	kwEXIT
	kwEXPLAIN
	kwEXPORT
	kwEXTEND
	kwEXTENDED
	kwEXTERNAL
	kwEXTRACT
	kwFALSE
	kwFETCH
	kwFIELDS
	kwFILEFORMAT
	kwFILTER
	kwFIRST
	kwFLOAT
	kwFLOW
	kwFOLLOWING
	kwFOR
	kwFOREIGN
	kwFORMAT
	kwFORMATTED
	kwFOUND
	kwFROM
	kwFULL
	kwFUNCTION
	kwFUNCTIONS
	kwGENERATED
	kwGEOGRAPHY
	kwGEOMETRY
	kwGLOBAL
	kwGRANT
	kwGROUP
	kwGROUPING
	kwHANDLER
	kwHAVING
	kwHISTORY
	kwHOUR
	kwHOURS
	kwIDENTIFIED
	kwIDENTIFIER
	kwIDENTITY
	kwIF
	kwIGNORE
	kwILIKE
	kwIMMEDIATE
	kwIMPORT
	kwIN
	kwINCLUDE
	kwINCLUSIVE
	kwINCREMENT
	kwINDEX
	kwINDEXES
	kwINNER
	kwINPATH
	kwINPUT
	kwINPUTFORMAT
	kwINSENSITIVE
	kwINSERT
	kwINT
	kwINTEGER
	kwINTERSECT
	kwINTERVAL
	kwINTO
	kwINVOKER
	kwIS
	kwITEMS
	kwITERATE
	kwJOIN
	kwJSON
	kwJSON_TABLE
	kwKEY
	kwKEYS
	kwLANGUAGE
	kwLAST
	kwLATERAL
	kwLAZY
	kwLEADING
	kwLEAVE
	kwLEFT
	kwLEVEL
	kwLIKE
	kwLIMIT
	kwLINES
	kwLIST
	kwLOAD
	kwLOCAL
	kwLOCALTIME
	kwLOCATION
	kwLOCK
	kwLOCKS
	kwLOGICAL
	kwLONG
	kwLOOP
	kwMACRO
	kwMAP
	kwMATCHED
	kwMATCH_CONDITION
	kwMATERIALIZED
	kwMAX
	kwMEASURE
	kwMERGE
	kwMETRICS
	kwMICROSECOND
	kwMICROSECONDS
	kwMILLISECOND
	kwMILLISECONDS
	kwMINUS
	kwMINUTE
	kwMINUTES
	kwMODIFIES
	kwMONTH
	kwMONTHS
	kwMSCK
	kwNAME
	kwNAMESPACE
	kwNAMESPACES
	kwNANOSECOND
	kwNANOSECONDS
	kwNATURAL
	kwNEAREST
	kwNEXT
	kwNO
	kwNONE
	kwNORELY
	kwNOT
	kwNULL
	kwNULLS
	kwNUMERIC
	kwOF
	kwOFFSET
	kwON
	kwONLY
	kwOPEN
	kwOPTION
	kwOPTIONS
	kwOR
	kwORDER
	kwORDINALITY
	kwOUT
	kwOUTER
	kwOUTPUTFORMAT
	kwOVER
	kwOVERLAPS
	kwOVERLAY
	kwOVERWRITE
	kwPARTITION
	kwPARTITIONED
	kwPARTITIONS
	kwPATH
	kwPERCENT
	kwPIVOT
	kwPLACING
	kwPOSITION
	kwPRECEDING
	kwPRIMARY
	kwPRINCIPALS
	kwPROCEDURE
	kwPROCEDURES
	kwPROPERTIES
	kwPURGE
	kwQUALIFY
	kwQUARTER
	kwQUERY
	kwRANGE
	kwREAD
	kwREADS
	kwREAL
	kwRECORDREADER
	kwRECORDWRITER
	kwRECOVER
	kwRECURSION
	kwRECURSIVE
	kwREDUCE
	kwREFERENCES
	kwREFRESH
	kwREGEXP
	kwRELY
	kwRENAME
	kwREPAIR
	kwREPEAT
	kwREPEATABLE
	kwREPLACE
	kwRESET
	kwRESPECT
	kwRESTRICT
	kwRETURN
	kwRETURNS
	kwREVOKE
	kwRIGHT
	kwRLIKE
	kwROLE
	kwROLES
	kwROLLBACK
	kwROLLUP
	kwROW
	kwROWS
	kwSCD
	kwSCHEMA
	kwSCHEMAS
	kwSECOND
	kwSECONDS
	kwSECURITY
	kwSELECT
	kwSEMI
	kwSEPARATED
	kwSEQUENCE
	kwSERDE
	kwSERDEPROPERTIES
	kwSESSION_USER
	kwSET
	kwSETS
	kwSHORT
	kwSHOW
	kwSIMILARITY
	kwSINGLE
	kwSKEWED
	kwSMALLINT
	kwSOME
	kwSORT
	kwSORTED
	kwSOURCE
	kwSPECIFIC
	kwSQL
	kwSQLEXCEPTION
	kwSQLSTATE
	kwSTART
	kwSTATISTICS
	kwSTORED
	kwSTRATIFY
	kwSTREAM
	kwSTREAMING
	kwSTRING
	kwSTRUCT
	kwSUBSTR
	kwSUBSTRING
	kwSYNC
	kwSYSTEM
	kwSYSTEM_PATH
	kwSYSTEM_TIME
	kwSYSTEM_VERSION
	kwTABLE
	kwTABLES
	kwTABLESAMPLE
	kwTARGET
	kwTBLPROPERTIES
	kwTEMP
	kwTEMPORARY
	kwTERMINATED
	kwTHEN
	kwTIME
	kwTIMEDIFF
	kwTIMESTAMP
	kwTIMESTAMPADD
	kwTIMESTAMPDIFF
	kwTIMESTAMP_LTZ
	kwTIMESTAMP_NTZ
	kwTINYINT
	kwTO
	kwTOUCH
	kwTRACK
	kwTRAILING
	kwTRANSACTION
	kwTRANSACTIONS
	kwTRANSFORM
	kwTRIM
	kwTRUE
	kwTRUNCATE
	kwTRY_CAST
	kwTYPE
	kwUNARCHIVE
	kwUNBOUNDED
	kwUNCACHE
	kwUNIFORM
	kwUNION
	kwUNIQUE
	kwUNKNOWN
	kwUNLOCK
	kwUNNEST
	kwUNPIVOT
	kwUNSET
	kwUNTIL
	kwUPDATE
	kwUSE
	kwUSER
	kwUSING
	kwVALUE
	kwVALUES
	kwVAR
	kwVARCHAR
	kwVARIABLE
	kwVARIANT
	kwVERSION
	kwVIEW
	kwVIEWS
	kwVOID
	kwWATERMARK
	kwWEEK
	kwWEEKS
	kwWHEN
	kwWHERE
	kwWHILE
	kwWIDTH
	kwWINDOW
	kwWITH
	kwWITHIN
	kwWITHOUT
	kwX
	kwYEAR
	kwYEARS
	kwZONE
)

// keywordNames is indexed by kind.
var keywordNames = [...]string{
	kwADD:                  "ADD",
	kwAFTER:                "AFTER",
	kwAGGREGATE:            "AGGREGATE",
	kwALIGN:                "ALIGN",
	kwALL:                  "ALL",
	kwALTER:                "ALTER",
	kwALWAYS:               "ALWAYS",
	kwANALYZE:              "ANALYZE",
	kwAND:                  "AND",
	kwANTI:                 "ANTI",
	kwANY:                  "ANY",
	kwANY_VALUE:            "ANY_VALUE",
	kwAPPLY:                "APPLY",
	kwAPPROX:               "APPROX",
	kwARCHIVE:              "ARCHIVE",
	kwARRAY:                "ARRAY",
	kwAS:                   "AS",
	kwASC:                  "ASC",
	kwASENSITIVE:           "ASENSITIVE",
	kwASOF:                 "ASOF",
	kwAT:                   "AT",
	kwATOMIC:               "ATOMIC",
	kwAUTHORIZATION:        "AUTHORIZATION",
	kwAUTO:                 "AUTO",
	kwBEGIN:                "BEGIN",
	kwBERNOULLI:            "BERNOULLI",
	kwBETWEEN:              "BETWEEN",
	kwBIGINT:               "BIGINT",
	kwBIN:                  "BIN",
	kwBINARY:               "BINARY",
	kwBINDING:              "BINDING",
	kwBIN_DISTRIBUTE_RATIO: "BIN_DISTRIBUTE_RATIO",
	kwBIN_END:              "BIN_END",
	kwBIN_START:            "BIN_START",
	kwBOOLEAN:              "BOOLEAN",
	kwBOTH:                 "BOTH",
	kwBUCKET:               "BUCKET",
	kwBUCKETS:              "BUCKETS",
	kwBY:                   "BY",
	kwBYTE:                 "BYTE",
	kwCACHE:                "CACHE",
	kwCALL:                 "CALL",
	kwCALLED:               "CALLED",
	kwCASCADE:              "CASCADE",
	kwCASE:                 "CASE",
	kwCAST:                 "CAST",
	kwCATALOG:              "CATALOG",
	kwCATALOGS:             "CATALOGS",
	kwCDC:                  "CDC",
	kwCHANGE:               "CHANGE",
	kwCHANGES:              "CHANGES",
	kwCHAR:                 "CHAR",
	kwCHARACTER:            "CHARACTER",
	kwCHECK:                "CHECK",
	kwCLEAR:                "CLEAR",
	kwCLOSE:                "CLOSE",
	kwCLUSTER:              "CLUSTER",
	kwCLUSTERED:            "CLUSTERED",
	kwCODEGEN:              "CODEGEN",
	kwCOLLATE:              "COLLATE",
	kwCOLLATION:            "COLLATION",
	kwCOLLATIONS:           "COLLATIONS",
	kwCOLLECTION:           "COLLECTION",
	kwCOLUMN:               "COLUMN",
	kwCOLUMNS:              "COLUMNS",
	kwCOMMENT:              "COMMENT",
	kwCOMMIT:               "COMMIT",
	kwCOMPACT:              "COMPACT",
	kwCOMPACTIONS:          "COMPACTIONS",
	kwCOMPENSATION:         "COMPENSATION",
	kwCOMPUTE:              "COMPUTE",
	kwCONCATENATE:          "CONCATENATE",
	kwCONDITION:            "CONDITION",
	kwCONSTRAINT:           "CONSTRAINT",
	kwCONTAINS:             "CONTAINS",
	kwCONTINUE:             "CONTINUE",
	kwCOST:                 "COST",
	kwCREATE:               "CREATE",
	kwCROSS:                "CROSS",
	kwCUBE:                 "CUBE",
	kwCURRENT:              "CURRENT",
	kwCURRENT_DATABASE:     "CURRENT_DATABASE",
	kwCURRENT_DATE:         "CURRENT_DATE",
	kwCURRENT_PATH:         "CURRENT_PATH",
	kwCURRENT_SCHEMA:       "CURRENT_SCHEMA",
	kwCURRENT_TIME:         "CURRENT_TIME",
	kwCURRENT_TIMESTAMP:    "CURRENT_TIMESTAMP",
	kwCURRENT_USER:         "CURRENT_USER",
	kwCURSOR:               "CURSOR",
	kwDATA:                 "DATA",
	kwDATABASE:             "DATABASE",
	kwDATABASES:            "DATABASES",
	kwDATE:                 "DATE",
	kwDATEADD:              "DATEADD",
	kwDATEDIFF:             "DATEDIFF",
	kwDATE_ADD:             "DATE_ADD",
	kwDATE_DIFF:            "DATE_DIFF",
	kwDAY:                  "DAY",
	kwDAYOFYEAR:            "DAYOFYEAR",
	kwDAYS:                 "DAYS",
	kwDBPROPERTIES:         "DBPROPERTIES",
	kwDEC:                  "DEC",
	kwDECIMAL:              "DECIMAL",
	kwDECLARE:              "DECLARE",
	kwDEFAULT:              "DEFAULT",
	kwDEFAULT_PATH:         "DEFAULT_PATH",
	kwDEFINED:              "DEFINED",
	kwDEFINER:              "DEFINER",
	kwDELAY:                "DELAY",
	kwDELETE:               "DELETE",
	kwDELIMITED:            "DELIMITED",
	kwDESC:                 "DESC",
	kwDESCRIBE:             "DESCRIBE",
	kwDETERMINISTIC:        "DETERMINISTIC",
	kwDFS:                  "DFS",
	kwDIRECTORIES:          "DIRECTORIES",
	kwDIRECTORY:            "DIRECTORY",
	kwDISTANCE:             "DISTANCE",
	kwDISTINCT:             "DISTINCT",
	kwDISTRIBUTE:           "DISTRIBUTE",
	kwDIV:                  "DIV",
	kwDO:                   "DO",
	kwDOUBLE:               "DOUBLE",
	kwDROP:                 "DROP",
	kwELSE:                 "ELSE",
	kwELSEIF:               "ELSEIF",
	kwEND:                  "END",
	kwENFORCED:             "ENFORCED",
	kwERROR:                "ERROR",
	kwESCAPE:               "ESCAPE",
	kwESCAPED:              "ESCAPED",
	kwEVOLUTION:            "EVOLUTION",
	kwEXACT:                "EXACT",
	kwEXCEPT:               "EXCEPT",
	kwEXCHANGE:             "EXCHANGE",
	kwEXCLUDE:              "EXCLUDE",
	kwEXCLUSIVE:            "EXCLUSIVE",
	kwEXECUTE:              "EXECUTE",
	kwEXISTS:               "EXISTS",
	kwEXIT:                 "EXIT",
	kwEXPLAIN:              "EXPLAIN",
	kwEXPORT:               "EXPORT",
	kwEXTEND:               "EXTEND",
	kwEXTENDED:             "EXTENDED",
	kwEXTERNAL:             "EXTERNAL",
	kwEXTRACT:              "EXTRACT",
	kwFALSE:                "FALSE",
	kwFETCH:                "FETCH",
	kwFIELDS:               "FIELDS",
	kwFILEFORMAT:           "FILEFORMAT",
	kwFILTER:               "FILTER",
	kwFIRST:                "FIRST",
	kwFLOAT:                "FLOAT",
	kwFLOW:                 "FLOW",
	kwFOLLOWING:            "FOLLOWING",
	kwFOR:                  "FOR",
	kwFOREIGN:              "FOREIGN",
	kwFORMAT:               "FORMAT",
	kwFORMATTED:            "FORMATTED",
	kwFOUND:                "FOUND",
	kwFROM:                 "FROM",
	kwFULL:                 "FULL",
	kwFUNCTION:             "FUNCTION",
	kwFUNCTIONS:            "FUNCTIONS",
	kwGENERATED:            "GENERATED",
	kwGEOGRAPHY:            "GEOGRAPHY",
	kwGEOMETRY:             "GEOMETRY",
	kwGLOBAL:               "GLOBAL",
	kwGRANT:                "GRANT",
	kwGROUP:                "GROUP",
	kwGROUPING:             "GROUPING",
	kwHANDLER:              "HANDLER",
	kwHAVING:               "HAVING",
	kwHISTORY:              "HISTORY",
	kwHOUR:                 "HOUR",
	kwHOURS:                "HOURS",
	kwIDENTIFIED:           "IDENTIFIED",
	kwIDENTIFIER:           "IDENTIFIER",
	kwIDENTITY:             "IDENTITY",
	kwIF:                   "IF",
	kwIGNORE:               "IGNORE",
	kwILIKE:                "ILIKE",
	kwIMMEDIATE:            "IMMEDIATE",
	kwIMPORT:               "IMPORT",
	kwIN:                   "IN",
	kwINCLUDE:              "INCLUDE",
	kwINCLUSIVE:            "INCLUSIVE",
	kwINCREMENT:            "INCREMENT",
	kwINDEX:                "INDEX",
	kwINDEXES:              "INDEXES",
	kwINNER:                "INNER",
	kwINPATH:               "INPATH",
	kwINPUT:                "INPUT",
	kwINPUTFORMAT:          "INPUTFORMAT",
	kwINSENSITIVE:          "INSENSITIVE",
	kwINSERT:               "INSERT",
	kwINT:                  "INT",
	kwINTEGER:              "INTEGER",
	kwINTERSECT:            "INTERSECT",
	kwINTERVAL:             "INTERVAL",
	kwINTO:                 "INTO",
	kwINVOKER:              "INVOKER",
	kwIS:                   "IS",
	kwITEMS:                "ITEMS",
	kwITERATE:              "ITERATE",
	kwJOIN:                 "JOIN",
	kwJSON:                 "JSON",
	kwJSON_TABLE:           "JSON_TABLE",
	kwKEY:                  "KEY",
	kwKEYS:                 "KEYS",
	kwLANGUAGE:             "LANGUAGE",
	kwLAST:                 "LAST",
	kwLATERAL:              "LATERAL",
	kwLAZY:                 "LAZY",
	kwLEADING:              "LEADING",
	kwLEAVE:                "LEAVE",
	kwLEFT:                 "LEFT",
	kwLEVEL:                "LEVEL",
	kwLIKE:                 "LIKE",
	kwLIMIT:                "LIMIT",
	kwLINES:                "LINES",
	kwLIST:                 "LIST",
	kwLOAD:                 "LOAD",
	kwLOCAL:                "LOCAL",
	kwLOCALTIME:            "LOCALTIME",
	kwLOCATION:             "LOCATION",
	kwLOCK:                 "LOCK",
	kwLOCKS:                "LOCKS",
	kwLOGICAL:              "LOGICAL",
	kwLONG:                 "LONG",
	kwLOOP:                 "LOOP",
	kwMACRO:                "MACRO",
	kwMAP:                  "MAP",
	kwMATCHED:              "MATCHED",
	kwMATCH_CONDITION:      "MATCH_CONDITION",
	kwMATERIALIZED:         "MATERIALIZED",
	kwMAX:                  "MAX",
	kwMEASURE:              "MEASURE",
	kwMERGE:                "MERGE",
	kwMETRICS:              "METRICS",
	kwMICROSECOND:          "MICROSECOND",
	kwMICROSECONDS:         "MICROSECONDS",
	kwMILLISECOND:          "MILLISECOND",
	kwMILLISECONDS:         "MILLISECONDS",
	kwMINUS:                "MINUS",
	kwMINUTE:               "MINUTE",
	kwMINUTES:              "MINUTES",
	kwMODIFIES:             "MODIFIES",
	kwMONTH:                "MONTH",
	kwMONTHS:               "MONTHS",
	kwMSCK:                 "MSCK",
	kwNAME:                 "NAME",
	kwNAMESPACE:            "NAMESPACE",
	kwNAMESPACES:           "NAMESPACES",
	kwNANOSECOND:           "NANOSECOND",
	kwNANOSECONDS:          "NANOSECONDS",
	kwNATURAL:              "NATURAL",
	kwNEAREST:              "NEAREST",
	kwNEXT:                 "NEXT",
	kwNO:                   "NO",
	kwNONE:                 "NONE",
	kwNORELY:               "NORELY",
	kwNOT:                  "NOT",
	kwNULL:                 "NULL",
	kwNULLS:                "NULLS",
	kwNUMERIC:              "NUMERIC",
	kwOF:                   "OF",
	kwOFFSET:               "OFFSET",
	kwON:                   "ON",
	kwONLY:                 "ONLY",
	kwOPEN:                 "OPEN",
	kwOPTION:               "OPTION",
	kwOPTIONS:              "OPTIONS",
	kwOR:                   "OR",
	kwORDER:                "ORDER",
	kwORDINALITY:           "ORDINALITY",
	kwOUT:                  "OUT",
	kwOUTER:                "OUTER",
	kwOUTPUTFORMAT:         "OUTPUTFORMAT",
	kwOVER:                 "OVER",
	kwOVERLAPS:             "OVERLAPS",
	kwOVERLAY:              "OVERLAY",
	kwOVERWRITE:            "OVERWRITE",
	kwPARTITION:            "PARTITION",
	kwPARTITIONED:          "PARTITIONED",
	kwPARTITIONS:           "PARTITIONS",
	kwPATH:                 "PATH",
	kwPERCENT:              "PERCENT",
	kwPIVOT:                "PIVOT",
	kwPLACING:              "PLACING",
	kwPOSITION:             "POSITION",
	kwPRECEDING:            "PRECEDING",
	kwPRIMARY:              "PRIMARY",
	kwPRINCIPALS:           "PRINCIPALS",
	kwPROCEDURE:            "PROCEDURE",
	kwPROCEDURES:           "PROCEDURES",
	kwPROPERTIES:           "PROPERTIES",
	kwPURGE:                "PURGE",
	kwQUALIFY:              "QUALIFY",
	kwQUARTER:              "QUARTER",
	kwQUERY:                "QUERY",
	kwRANGE:                "RANGE",
	kwREAD:                 "READ",
	kwREADS:                "READS",
	kwREAL:                 "REAL",
	kwRECORDREADER:         "RECORDREADER",
	kwRECORDWRITER:         "RECORDWRITER",
	kwRECOVER:              "RECOVER",
	kwRECURSION:            "RECURSION",
	kwRECURSIVE:            "RECURSIVE",
	kwREDUCE:               "REDUCE",
	kwREFERENCES:           "REFERENCES",
	kwREFRESH:              "REFRESH",
	kwREGEXP:               "REGEXP",
	kwRELY:                 "RELY",
	kwRENAME:               "RENAME",
	kwREPAIR:               "REPAIR",
	kwREPEAT:               "REPEAT",
	kwREPEATABLE:           "REPEATABLE",
	kwREPLACE:              "REPLACE",
	kwRESET:                "RESET",
	kwRESPECT:              "RESPECT",
	kwRESTRICT:             "RESTRICT",
	kwRETURN:               "RETURN",
	kwRETURNS:              "RETURNS",
	kwREVOKE:               "REVOKE",
	kwRIGHT:                "RIGHT",
	kwRLIKE:                "RLIKE",
	kwROLE:                 "ROLE",
	kwROLES:                "ROLES",
	kwROLLBACK:             "ROLLBACK",
	kwROLLUP:               "ROLLUP",
	kwROW:                  "ROW",
	kwROWS:                 "ROWS",
	kwSCD:                  "SCD",
	kwSCHEMA:               "SCHEMA",
	kwSCHEMAS:              "SCHEMAS",
	kwSECOND:               "SECOND",
	kwSECONDS:              "SECONDS",
	kwSECURITY:             "SECURITY",
	kwSELECT:               "SELECT",
	kwSEMI:                 "SEMI",
	kwSEPARATED:            "SEPARATED",
	kwSEQUENCE:             "SEQUENCE",
	kwSERDE:                "SERDE",
	kwSERDEPROPERTIES:      "SERDEPROPERTIES",
	kwSESSION_USER:         "SESSION_USER",
	kwSET:                  "SET",
	kwSETS:                 "SETS",
	kwSHORT:                "SHORT",
	kwSHOW:                 "SHOW",
	kwSIMILARITY:           "SIMILARITY",
	kwSINGLE:               "SINGLE",
	kwSKEWED:               "SKEWED",
	kwSMALLINT:             "SMALLINT",
	kwSOME:                 "SOME",
	kwSORT:                 "SORT",
	kwSORTED:               "SORTED",
	kwSOURCE:               "SOURCE",
	kwSPECIFIC:             "SPECIFIC",
	kwSQL:                  "SQL",
	kwSQLEXCEPTION:         "SQLEXCEPTION",
	kwSQLSTATE:             "SQLSTATE",
	kwSTART:                "START",
	kwSTATISTICS:           "STATISTICS",
	kwSTORED:               "STORED",
	kwSTRATIFY:             "STRATIFY",
	kwSTREAM:               "STREAM",
	kwSTREAMING:            "STREAMING",
	kwSTRING:               "STRING",
	kwSTRUCT:               "STRUCT",
	kwSUBSTR:               "SUBSTR",
	kwSUBSTRING:            "SUBSTRING",
	kwSYNC:                 "SYNC",
	kwSYSTEM:               "SYSTEM",
	kwSYSTEM_PATH:          "SYSTEM_PATH",
	kwSYSTEM_TIME:          "SYSTEM_TIME",
	kwSYSTEM_VERSION:       "SYSTEM_VERSION",
	kwTABLE:                "TABLE",
	kwTABLES:               "TABLES",
	kwTABLESAMPLE:          "TABLESAMPLE",
	kwTARGET:               "TARGET",
	kwTBLPROPERTIES:        "TBLPROPERTIES",
	kwTEMP:                 "TEMP",
	kwTEMPORARY:            "TEMPORARY",
	kwTERMINATED:           "TERMINATED",
	kwTHEN:                 "THEN",
	kwTIME:                 "TIME",
	kwTIMEDIFF:             "TIMEDIFF",
	kwTIMESTAMP:            "TIMESTAMP",
	kwTIMESTAMPADD:         "TIMESTAMPADD",
	kwTIMESTAMPDIFF:        "TIMESTAMPDIFF",
	kwTIMESTAMP_LTZ:        "TIMESTAMP_LTZ",
	kwTIMESTAMP_NTZ:        "TIMESTAMP_NTZ",
	kwTINYINT:              "TINYINT",
	kwTO:                   "TO",
	kwTOUCH:                "TOUCH",
	kwTRACK:                "TRACK",
	kwTRAILING:             "TRAILING",
	kwTRANSACTION:          "TRANSACTION",
	kwTRANSACTIONS:         "TRANSACTIONS",
	kwTRANSFORM:            "TRANSFORM",
	kwTRIM:                 "TRIM",
	kwTRUE:                 "TRUE",
	kwTRUNCATE:             "TRUNCATE",
	kwTRY_CAST:             "TRY_CAST",
	kwTYPE:                 "TYPE",
	kwUNARCHIVE:            "UNARCHIVE",
	kwUNBOUNDED:            "UNBOUNDED",
	kwUNCACHE:              "UNCACHE",
	kwUNIFORM:              "UNIFORM",
	kwUNION:                "UNION",
	kwUNIQUE:               "UNIQUE",
	kwUNKNOWN:              "UNKNOWN",
	kwUNLOCK:               "UNLOCK",
	kwUNNEST:               "UNNEST",
	kwUNPIVOT:              "UNPIVOT",
	kwUNSET:                "UNSET",
	kwUNTIL:                "UNTIL",
	kwUPDATE:               "UPDATE",
	kwUSE:                  "USE",
	kwUSER:                 "USER",
	kwUSING:                "USING",
	kwVALUE:                "VALUE",
	kwVALUES:               "VALUES",
	kwVAR:                  "VAR",
	kwVARCHAR:              "VARCHAR",
	kwVARIABLE:             "VARIABLE",
	kwVARIANT:              "VARIANT",
	kwVERSION:              "VERSION",
	kwVIEW:                 "VIEW",
	kwVIEWS:                "VIEWS",
	kwVOID:                 "VOID",
	kwWATERMARK:            "WATERMARK",
	kwWEEK:                 "WEEK",
	kwWEEKS:                "WEEKS",
	kwWHEN:                 "WHEN",
	kwWHERE:                "WHERE",
	kwWHILE:                "WHILE",
	kwWIDTH:                "WIDTH",
	kwWINDOW:               "WINDOW",
	kwWITH:                 "WITH",
	kwWITHIN:               "WITHIN",
	kwWITHOUT:              "WITHOUT",
	kwX:                    "X",
	kwYEAR:                 "YEAR",
	kwYEARS:                "YEARS",
	kwZONE:                 "ZONE",
}

// keywordStart holds the kind of the first keyword with each first letter A to Z, and one past the last keyword.
var keywordStart = [27]kind{1, 25, 41, 90, 125, 147, 165, 172, 177, 206, 209, 211, 232, 252, 267, 284, 299, 302, 335, 379, 408, 424, 434, 445, 446, 448, 449}

// reservedKeywords are those that spark.sql.ansi.enforceReservedKeywords keeps from being names.
var reservedKeywords = [...]kind{
	kwALL,
	kwAND,
	kwANY,
	kwAS,
	kwAUTHORIZATION,
	kwBOTH,
	kwCALL,
	kwCASE,
	kwCAST,
	kwCHECK,
	kwCOLLATE,
	kwCOLLATION,
	kwCOLLATIONS,
	kwCOLUMN,
	kwCONSTRAINT,
	kwCREATE,
	kwCROSS,
	kwCURRENT_DATE,
	kwCURRENT_PATH,
	kwCURRENT_SCHEMA,
	kwCURRENT_TIME,
	kwCURRENT_TIMESTAMP,
	kwCURRENT_USER,
	kwDISTINCT,
	kwELSE,
	kwEND,
	kwESCAPE,
	kwEXCEPT,
	kwEXECUTE,
	kwFALSE,
	kwFETCH,
	kwFILTER,
	kwFOR,
	kwFOREIGN,
	kwFROM,
	kwFULL,
	kwGRANT,
	kwGROUP,
	kwHAVING,
	kwIN,
	kwINNER,
	kwINTERSECT,
	kwINTO,
	kwIS,
	kwJOIN,
	kwLATERAL,
	kwLEADING,
	kwLEFT,
	kwLOCALTIME,
	kwNATURAL,
	kwNOT,
	kwNULL,
	kwOFFSET,
	kwON,
	kwONLY,
	kwOR,
	kwORDER,
	kwOUTER,
	kwOVERLAPS,
	kwPRIMARY,
	kwRECURSIVE,
	kwREFERENCES,
	kwRIGHT,
	kwSELECT,
	kwSESSION_USER,
	kwSOME,
	kwSQL,
	kwTABLE,
	kwTHEN,
	kwTIME,
	kwTO,
	kwTRAILING,
	kwUNION,
	kwUNIQUE,
	kwUNKNOWN,
	kwUSER,
	kwUSING,
	kwWHEN,
	kwWHERE,
	kwWITH,
	kwWITHIN,
}

// Keywords returns all keywords in upper case, in alphabetical order.
func Keywords() []string { return append([]string(nil), keywordNames[1:]...) }

// IsReserved reports whether a word is a keyword that is reserved when reserved words are enforced.
func IsReserved(word string) bool {
	k := lookupKeyword(word)
	return k != 0 && isReserved(k)
}

// isReserved reports whether a keyword is reserved when reserved words are enforced.
func isReserved(k kind) bool {
	lo, hi := 0, len(reservedKeywords)
	for lo < hi {
		if mid := (lo + hi) / 2; reservedKeywords[mid] < k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(reservedKeywords) && reservedKeywords[lo] == k
}

// isJoinWord reports the keywords that may be names but not aliases of tables (Spark's strictNonReserved).
func isJoinWord(k kind) bool {
	switch k {
	case kwANTI, kwCROSS, kwEXCEPT, kwFULL, kwINNER, kwINTERSECT, kwJOIN, kwLATERAL, kwLEFT, kwMINUS, kwNATURAL, kwON, kwRIGHT, kwSEMI, kwUNION, kwUSING:
		return true
	}
	return false
}

// lookupKeyword returns the keyword that word spells in any case, or tokWord.
func lookupKeyword(word string) kind {
	var buf [maxKeyword]byte
	if len(word) > maxKeyword {
		return tokWord
	}
	for i := range len(word) {
		c := word[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		buf[i] = c
	}
	first := buf[0]
	if first < 'A' || first > 'Z' {
		return tokWord
	}
	lo, hi := keywordStart[first-'A'], keywordStart[first-'A'+1]
	end := hi
	for lo < hi {
		mid := (lo + hi) / 2
		if keywordNames[mid] < string(buf[:len(word)]) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < end && keywordNames[lo] == string(buf[:len(word)]) {
		return lo
	}
	return tokWord
}

const maxKeyword = 20
