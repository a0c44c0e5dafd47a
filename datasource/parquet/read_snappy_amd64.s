#include "textflag.h"

// Offsets in snappySteps, whose copies come first.
#define LITERAL 2048
#define SIZE 2304

// STEP makes a step of one lane: a literal if there is one, then a copy. Only what is refused is branched on, and copies of more than 16 bytes, which text
// has one of in thirty and numbers none. Copying 32 bytes always would take a fifth longer on numbers.
#define STEP(IN, OUT, FROM, STUCK, LONG, BACK) \
	MOVBLZX (IN), AX               \
	MOVBLZX SIZE(SI)(AX*1), DX     \
	MOVBLZX LITERAL(SI)(AX*1), AX  \
	MOVOU   1(IN), X0              \
	MOVOU   X0, (OUT)              \
	ADDQ    DX, IN                 \
	ADDQ    AX, OUT                \
	MOVL    (IN), CX               \ // the copy's tag and offset
	MOVBLZX CX, AX                 \
	MOVL    (SI)(AX*8), BX         \
	ANDL    CX, BX                 \
	ORL     4(SI)(AX*8), BX        \
	ANDL    $3, CX                 \
	MOVBLZX BX, AX                 \ // length
	SHRL    $8, BX                 \ // offset
	CMPL    BX, AX                 \
	JCS     STUCK                  \
	MOVQ    OUT, DX                \
	SUBQ    BX, DX                 \
	CMPQ    DX, FROM               \
	JCS     STUCK                  \
	MOVOU   (DX), X0               \
	LEAQ    1(IN)(CX*1), IN        \
	MOVOU   X0, (OUT)              \
	CMPL    AX, $16                \
	JHI     LONG                   \
BACK:                              \
	ADDQ    AX, OUT

// LONGER copies what STEP has left of a copy.
#define LONGER(OUT, BACK) \
	MOVOU 16(DX), X0  \
	MOVOU X0, 16(OUT) \
	CMPL  AX, $32     \
	JLS   BACK        \
	MOVOU 32(DX), X0  \
	MOVOU 48(DX), X1  \
	MOVOU X0, 32(OUT) \
	MOVOU X1, 48(OUT) \
	JMP   BACK

#define STEP0(LONG, BACK) STEP(R8, R12, from0-32(SP), stuck0, LONG, BACK)
#define STEP1(LONG, BACK) STEP(R9, R13, from1-24(SP), stuck1, LONG, BACK)
#define STEP2(LONG, BACK) STEP(R10, R14, from2-16(SP), stuck2, LONG, BACK)
#define STEP3(LONG, BACK) STEP(R11, R15, from3-8(SP), stuck3, LONG, BACK)

// func snappyLanes(lanes *[snappyParts]snappyLane, k, n int, t *snappySteps) (stuck int)
TEXT ·snappyLanes(SB), NOSPLIT, $32-40
	MOVQ lanes+0(FP), AX
	MOVQ k+8(FP), CX
	MOVQ n+16(FP), DI
	MOVQ t+24(FP), SI
	MOVQ 0(AX), R8
	MOVQ 8(AX), R12
	MOVQ 16(AX), BX
	MOVQ BX, from0-32(SP)
	MOVQ 24(AX), R9
	MOVQ 32(AX), R13
	MOVQ 40(AX), BX
	MOVQ BX, from1-24(SP)
	MOVQ 48(AX), R10
	MOVQ 56(AX), R14
	MOVQ 64(AX), BX
	MOVQ BX, from2-16(SP)
	MOVQ 72(AX), R11
	MOVQ 80(AX), R15
	MOVQ 88(AX), BX
	MOVQ BX, from3-8(SP)
	CMPQ CX, $3
	JHI  four
	JEQ  three
	CMPQ CX, $2
	JEQ  two

one:
	STEP0(long10, back10)
	DECQ DI
	JNZ  one
	JMP  all

two:
	STEP0(long20, back20)
	STEP1(long21, back21)
	DECQ DI
	JNZ  two
	JMP  all

three:
	STEP0(long30, back30)
	STEP1(long31, back31)
	STEP2(long32, back32)
	DECQ DI
	JNZ  three
	JMP  all

four:
	STEP0(long40, back40)
	STEP1(long41, back41)
	STEP2(long42, back42)
	STEP3(long43, back43)
	DECQ DI
	JNZ  four
	JMP  all

long10:
	LONGER(R12, back10)

long20:
	LONGER(R12, back20)

long21:
	LONGER(R13, back21)

long30:
	LONGER(R12, back30)

long31:
	LONGER(R13, back31)

long32:
	LONGER(R14, back32)

long40:
	LONGER(R12, back40)

long41:
	LONGER(R13, back41)

long42:
	LONGER(R14, back42)

long43:
	LONGER(R15, back43)

stuck0:
	MOVQ $0, BX
	JMP  done

stuck1:
	MOVQ $1, BX
	JMP  done

stuck2:
	MOVQ $2, BX
	JMP  done

stuck3:
	MOVQ $3, BX
	JMP  done

all:
	MOVQ $-1, BX

done:
	MOVQ lanes+0(FP), AX
	MOVQ R8, 0(AX)
	MOVQ R12, 8(AX)
	MOVQ R9, 24(AX)
	MOVQ R13, 32(AX)
	MOVQ R10, 48(AX)
	MOVQ R14, 56(AX)
	MOVQ R11, 72(AX)
	MOVQ R15, 80(AX)
	MOVQ BX, stuck+32(FP)
	RET
