# The bridge by itself: programs that link it and OpenCV, built beside the generators.
for program in test_vision test_vision_net; do
	CMOCKA_MESSAGE_OUTPUT=TAP "$(dirname "$GEN")/e2e/$program"
	status=$?
	# Below that it is the number of tests that failed, each with a line of its own.
	[ $status -lt 99 ] || echo "not ok $program: ended with status $status"
done
