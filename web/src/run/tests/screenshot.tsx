import { Anchor, Modal } from '@mantine/core';
import type { TestResultView } from '#src/operations/results/results-view.ts';
import { briefMessage } from '../../ui/brief-message.ts';
import classes from './test-panel.module.css';

interface Props {
  address: string;
  test: TestResultView;
  onClose: () => void;
}

/** The screenshot of a test above the page, as large as the window, with the message next to it. */
export function Screenshot({ address, test: { test, message }, onClose }: Props) {
  return (
    <Modal opened onClose={onClose} title={test} size="auto" classNames={{ title: classes.pictureTitle }}>
      {message !== null && <p className={classes.pictureMessage}>{briefMessage(message)}</p>}
      <figure className={classes.screenshot}>
        <a href={address} target="_blank" rel="noreferrer">
          <img src={address} alt={`The browser at the end of ${test}`} />
        </a>
        <figcaption>
          <Anchor href={address} target="_blank" rel="noreferrer">
            Open full size
          </Anchor>
        </figcaption>
      </figure>
    </Modal>
  );
}
