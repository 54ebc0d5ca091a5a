/*
 * Floor 2, pure.  Which face belongs to which person.
 */
#ifndef FOOTFALL_PEOPLE_ASSIGN_H
#define FOOTFALL_PEOPLE_ASSIGN_H

#include "base/result.h"

/*
 * A face can belong to a person when its centre lies in the upper part (fraction `upper` of the height) of the person's box. One face per person
 * and one person per face: pairs are taken greedily, best first, by how central and how high the face lies and how plausible its size is.
 * Sets face.person for every face (-1: nobody's). Same result for any order of equal input.
 */
void assign_faces(struct frame_result *r, double upper);

#endif
