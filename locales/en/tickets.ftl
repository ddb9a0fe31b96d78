# Tickets

tickets-state-open = New
tickets-state-waiting = Waiting for staff
tickets-state-answered = Answered
tickets-state-closed = Closed

tickets-priority-low = Low
tickets-priority-normal = Normal
tickets-priority-high = High
tickets-priority-urgent = Urgent

tickets-department-active = Active
tickets-department-archived = Archived

error-tickets-department_name = Give the department a name of 1 to { $max } characters.
error-tickets-department_taken = There is already a department named { $name }. Choose another name.
error-tickets-department_email = This is not a mail address. Enter one like support@example.com, or leave it empty.
error-tickets-department_unknown = Choose a department from the list.
error-tickets-customer_required = Choose the customer for whom the ticket is.
error-tickets-server_unknown = Choose one of this customer's servers, or none.
error-tickets-subject_missing = Say in one line what it is about.
error-tickets-subject_too_long = The subject may have at most { $max } characters.
error-tickets-body_missing = Write a message.
error-tickets-body_too_long = A message may have at most { $max } characters. Attach longer texts as a file.
error-tickets-urgent_by_staff = Choose low, normal or high. Our staff marks tickets as urgent.
error-tickets-too_many_files = Attach at most { $max } files to one message.
error-tickets-file_unreadable = The file { $name } could not be read. Attach it again.
error-tickets-file_empty = The file { $name } is empty.
error-tickets-file_too_large = The file { $name } is too large. A file may have at most { $max } MiB.
error-tickets-files_too_large = The files of one message may have at most { $max } MiB together.
error-tickets-full = The files of one ticket may have at most { $max } MiB together. Open a new ticket for more.
error-tickets-too_long = This ticket has reached { $max } messages. Please open a new one.
error-tickets-too_many_opened = { $max } tickets were opened within 24 hours. Write to one of them, or try again tomorrow.
error-tickets-too_many_replies = You have written { $max } messages to this ticket within the hour. Please wait a little.
error-tickets-already_closed = Ticket { $number } is closed already.
error-tickets-changed = Somebody else changed this ticket at the same moment. Look at it again, then repeat your change.
error-tickets-assignee_unknown = Choose an active member of staff.
error-tickets-nothing_to_assign = Choose a person, a priority or a department.
