/*
 * srf.h
 *	  How our functions return sets: in a tuplestore.
 *
 * (InitMaterializedSRF() of funcapi.h, but for PostgreSQL 13 too, and without a
 * copy of the row type's descriptor for each call.)
 */
#ifndef BOUNCE_PG_SRF_H
#define BOUNCE_PG_SRF_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/tuplestore.h"

/*
 * Declares an empty set as the call's result; raises an error where no set or
 * no tuplestore can be taken.
 */
extern void srf_begin(FunctionCallInfo fcinfo);

/*
 * A tuplestore as the call's result; it is the executor's to free.  It gets no
 * descriptor: the executor, which knows the functions' declared types, would
 * but compare the two, call by call.
 */
extern Tuplestorestate *srf_open(FunctionCallInfo fcinfo);

#endif							/* BOUNCE_PG_SRF_H */
