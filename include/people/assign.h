/*
 * Floor 2, pure.  Which face belongs to which person.
 */
#ifndef FOOTFALL_PEOPLE_ASSIGN_H
#define FOOTFALL_PEOPLE_ASSIGN_H

#include "base/result.h"

/*
 * A face can belong to a person when its centre lies in the upper part (fraction `upper` of the
 * height) of the person's box, edges included.  One face per person and one person per face: pairs
 * are taken greedily, best first, by the lowest
 *
 *	a^2 + b^2 + c^2
 *	a  how far the face's centre is from the box's vertical axis, in half box widths
 *	b  how far the face's top is from where it should be, a quarter of its height below the
 *	   top of the box, in face heights
 *	c  0 for a face of 0.15 to 1 box widths; else by how much it is too wide, or which part of
 *	   0.15 it lacks
 *
 * Sets face.person for every face (-1: nobody's).  The same result for the same boxes in any order.
 */
void assign_faces(struct frame_result *r, double upper);

#endif
