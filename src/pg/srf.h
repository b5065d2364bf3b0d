/*
 * srf.h
 *	  How our functions return sets: in a tuplestore.
 *
 * (InitMaterializedSRF() of funcapi.h, but for PostgreSQL 13 too, and with a
 * descriptor that outlives the call.)
 */
#ifndef BOUNCE_PG_SRF_H
#define BOUNCE_PG_SRF_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "fmgr.h"
#include "utils/tuplestore.h"

/*
 * Declares an empty set as the call's result; raises an error where no set or
 * no tuplestore can be taken.
 */
extern void srf_begin(FunctionCallInfo fcinfo);

/*
 * A tuplestore as the call's result; it is the executor's to free.  desc stays
 * the caller's: it must be reference-counted (see call.c).
 */
extern Tuplestorestate *srf_open(FunctionCallInfo fcinfo, TupleDesc desc);

#endif							/* BOUNCE_PG_SRF_H */
