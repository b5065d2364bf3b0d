/*
 * sns.h
 *	  Amazon SES's notifications in JSON, as Amazon SNS mails them.
 */
#ifndef BOUNCE_SNS_H
#define BOUNCE_SNS_H

#include "report/report.h"

/*
 * Reads the text when it is such a notification; false when it is not.
 * Source: AWS developer guide, "Amazon SNS notification contents for Amazon SES".
 */
bool		sns_read(Report *report, Slice text);

#endif							/* BOUNCE_SNS_H */
